import { describe, expect, it } from 'vitest';
import type { EventEnvelope } from '../../../../local/eventbridge/event-envelope.ts';
import { compileRule, type EventRule } from '../../../../local/eventbridge/event-rule.ts';

const prefix = 'arn:aws:iam::111111111111:role/credential-broker-local-';
const pattern = {
  source: ['aws.sts'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: {
    eventName: ['AssumeRole'],
    userIdentity: { sessionContext: { sessionIssuer: { arn: [{ prefix }] } } },
  },
};

function takes(detail: object, rule: Partial<EventRule> = {}): boolean {
  const event: EventEnvelope = {
    version: '0',
    id: 'x',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.sts',
    account: '111111111111',
    time: '2026-11-21T10:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail: { ...calledBy(`${prefix}issue-credentials`), ...detail },
  };
  const state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  return compileRule({ name: 'r', arn: 'r', busName: 'default', pattern, state, targets: [], ...rule })(event);
}

function calledBy(arn: string) {
  return {
    eventName: 'AssumeRole',
    managementEvent: true,
    readOnly: true,
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { type: 'Role', arn } } },
  };
}

describe('a rule for what our roles assume', () => {
  const cases: [string, object, boolean][] = [
    ['a call of one of our roles', {}, true],
    ['a call of a role of another name', calledBy('arn:aws:iam::111111111111:role/other'), false],
    ['a call of a role whose name ours is part of', calledBy(`x${prefix}issue`), false],
    ['another call of one of our roles', { eventName: 'GetCallerIdentity' }, false],
    ['a call of a user', { userIdentity: { type: 'IAMUser', arn: `${prefix}x` } }, false],
    ['a call of a service', { userIdentity: { type: 'AWSService' } }, false],
  ];
  it.each(cases)('is asked about %s', (_title, detail, isTaken) => {
    expect(takes(detail)).toBe(isTaken);
  });

  it.each([
    ['ENABLED', { readOnly: true }, false],
    ['ENABLED', { readOnly: false }, true],
    ['DISABLED', { readOnly: false }, false],
    ['ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', { readOnly: false }, true],
  ] as const)('in state %s with %j', (state, detail, isTaken) => {
    expect(takes(detail, { state })).toBe(isTaken);
  });
});
