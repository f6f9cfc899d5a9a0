import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { deliverToQueues } from '../../../../local/eventbridge/deliver-to-queue.ts';
import { createEventBus, type EventBusProblem } from '../../../../local/eventbridge/event-bus.ts';
import { createEventBusService } from '../../../../local/eventbridge/event-bus-service.ts';
import type { EventEnvelope } from '../../../../local/eventbridge/event-envelope.ts';
import type { EventRule } from '../../../../local/eventbridge/event-rule.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import type { PolicyDocument } from '../../../../local/iam/policy-document.ts';
import { createQueueStore } from '../../../../local/sqs/queue-store.ts';
import { allowing, callerWith, callOf, countingIds, everything, home, stoppedClock } from '../emulated-call.ts';
import { jsonHandler } from '../json-handler.ts';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${home.accountId}:${resource}`;
const ruleArn = arn('events', 'rule/requests/run-job');
const busArn = arn('events', 'event-bus/requests');
const fromTheRule = (queueName: string) =>
  allowing({
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arn('sqs', queueName),
    Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
  });

type World = { rule?: Partial<EventRule>; queuePolicy?: PolicyDocument; busPolicy?: PolicyDocument };

function setUp({ rule = {}, queuePolicy = fromTheRule('work'), busPolicy }: World = {}) {
  const clock = stoppedClock();
  const ids = countingIds();
  const authorize = createAuthorize({ clock });
  const store = createQueueStore({ clock, ids });
  const settings = { visibilityTimeoutSeconds: 30, maximumMessageBytes: 1_048_576, retentionSeconds: 345_600 };
  store.createQueue({ ...settings, name: 'work', policy: queuePolicy });
  store.createQueue({ ...settings, name: 'rule-dlq', policy: fromTheRule('rule-dlq') });
  const problems: EventBusProblem[] = [];
  const bus = createEventBus({
    busNames: ['default', 'requests'],
    rules: [
      {
        name: 'run-job',
        arn: ruleArn,
        busName: 'requests',
        pattern: { 'detail-type': ['RunJob'] },
        state: 'ENABLED',
        targets: [{ id: 'queue', arn: arn('sqs', 'work'), deadLetterArn: arn('sqs', 'rule-dlq') }],
        ...rule,
      },
    ],
    deliver: deliverToQueues({ store, authorize, home }),
    report: (problem) => problems.push(problem),
  });
  const service = createEventBusService({
    bus,
    busPolicy: (busName) => (busName === 'requests' ? busPolicy : undefined),
    authorize,
    clock,
    ids,
    home,
  });
  const bodies = (queueName: string) =>
    store.receive(queueName, { max: 10 }).map(({ body }): EventEnvelope => JSON.parse(body));
  return { bus, service, store, problems, bodies };
}

const entry = { Source: 'billing', DetailType: 'RunJob', Detail: '{"version":1}', EventBusName: 'requests' };
const admin = callerWith([everything]);
const denied = expect.objectContaining({ code: 'AccessDeniedException', statusCode: 400 });

describe('PutEvents', () => {
  it('delivers the envelope that EventBridge makes, under the AWS SDK', async () => {
    const { service, bodies } = setUp();
    const client = new EventBridgeClient({
      region: home.region,
      endpoint: 'http://127.0.0.1:4566',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: jsonHandler(service, admin),
    });
    const Time = new Date('2026-11-20T08:07:06.900Z');
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [
          { ...entry, Time, Resources: ['arn:x'] },
          { ...entry, EventBusName: busArn },
        ],
      }),
    );
    expect(answer.FailedEntryCount).toBe(0);
    const [first, second] = bodies('work');
    expect(first).toEqual({
      version: '0',
      id: answer.Entries?.[0]?.EventId,
      'detail-type': 'RunJob',
      source: 'billing',
      account: home.accountId,
      time: '2026-11-20T08:07:06Z',
      region: 'eu-west-1',
      resources: ['arn:x'],
      detail: { version: 1 },
    });
    expect(second).toMatchObject({ time: '2026-11-21T10:00:00Z', resources: [] });
  });

  it.each([
    ['no Source', { Source: undefined }, 'InvalidArgument'],
    ['an empty DetailType', { DetailType: '' }, 'InvalidArgument'],
    ['too long a DetailType', { DetailType: 'x'.repeat(129) }, 'InvalidArgument'],
    ['no Detail', { Detail: undefined }, 'InvalidArgument'],
    ['a Detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a Detail that is an array', { Detail: '[]' }, 'MalformedDetail'],
    ['a Detail that is null', { Detail: 'null' }, 'MalformedDetail'],
    ["a service's Source", { Source: 'aws.sts' }, 'NotAuthorizedForSourceException'],
  ])('refuses an entry with %s by itself', async (_title, change, code) => {
    const { service, bodies } = setUp();
    const answer = await service('PutEvents', callOf(admin, { Entries: [{ ...entry, ...change }, entry] }));
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: code }, { EventId: expect.any(String) }],
    });
    expect(bodies('work')).toHaveLength(1);
  });

  it.each([
    ['no entries', []],
    ['eleven entries', Array.from({ length: 11 }, () => entry)],
    ['a megabyte in all', Array.from({ length: 2 }, () => ({ ...entry, Detail: `{"a":"${'x'.repeat(524_288)}"}` }))],
    ['a Source that is no text', [{ ...entry, Source: 5 }]],
  ])('refuses a call with %s', async (_title, Entries) => {
    const { service, bodies } = setUp();
    const invalid = expect.objectContaining({ code: 'ValidationException' });
    await expect(service('PutEvents', callOf(admin, { Entries }))).rejects.toEqual(invalid);
    expect(bodies('work')).toEqual([]);
  });

  it('answers 200 for a bus that is not there, drops the event and tells the operator', async () => {
    const { service, problems, store } = setUp();
    const answer = await service('PutEvents', callOf(admin, { Entries: [{ ...entry, EventBusName: 'typo' }] }));
    expect(answer['FailedEntryCount']).toBe(0);
    expect(problems).toMatchObject([{ kind: 'unknown bus', busName: 'typo' }]);
    expect(store.snapshot()).toEqual([]);
  });
});

describe('who may put', () => {
  const asBilling = (accountId = home.accountId) =>
    callerWith(
      [
        allowing({
          Action: 'events:PutEvents',
          Resource: busArn,
          Condition: { StringEquals: { 'events:source': 'billing', 'events:detail-type': 'RunJob' } },
        }),
      ],
      accountId,
    );
  const openBus = allowing({
    Principal: { AWS: '222222222222' },
    Action: 'events:PutEvents',
    Resource: busArn,
    Condition: { StringEquals: { 'events:source': 'billing', 'events:eventBusInvocation': 'false' } },
  });
  it.each([
    ['its own source', asBilling(), entry, true],
    ["another's source", asBilling(), { ...entry, Source: 'reports' }, false],
    ['no source at all', asBilling(), { ...entry, Source: undefined }, false],
    ['another detail-type', asBilling(), { ...entry, DetailType: 'Refund' }, false],
    ['another bus', asBilling(), { ...entry, EventBusName: 'default' }, false],
    ['from the account that the bus names', asBilling('222222222222'), entry, true],
    ['another source from that account', callerWith([everything], '222222222222'), { ...entry, Source: 'x' }, false],
    ['from an account that the bus does not name', asBilling('333333333333'), entry, false],
  ])('%s', async (_title, caller, given, isAllowed) => {
    const { service, bodies } = setUp({ busPolicy: openBus });
    const put = service('PutEvents', callOf(caller, { Entries: [given] }));
    if (isAllowed) {
      await put;
      expect(bodies('work')).toMatchObject([{ account: caller.accountId, source: 'billing' }]);
    } else {
      await expect(put).rejects.toEqual(denied);
      expect(bodies('work')).toEqual([]);
    }
  });

  it('refuses the whole call for one entry that may not be put', async () => {
    const { service, bodies } = setUp();
    const call = callOf(asBilling(), { Entries: [entry, { ...entry, Source: 'reports' }] });
    await expect(service('PutEvents', call)).rejects.toEqual(denied);
    expect(bodies('work')).toEqual([]);
  });
});

describe('a rule', () => {
  it.each([
    ['of another bus', { busName: 'default' }],
    ['that is disabled', { state: 'DISABLED' as const }],
    ['with another pattern', { pattern: { source: ['reports'] } }],
    ['without a pattern', { pattern: undefined }],
  ])('%s gets nothing', async (_title, rule) => {
    const { service, store } = setUp({ rule });
    await service('PutEvents', callOf(admin, { Entries: [entry] }));
    expect(store.snapshot()).toEqual([]);
  });

  it('with a pattern that cannot be read stops the stack from starting', () => {
    expect(() => setUp({ rule: { pattern: { source: [{ like: 'x' }] } } })).toThrow('Unrecognized match type');
  });

  it('gives its target a constant instead of the event where it has one', async () => {
    const targets = [{ id: 'queue', arn: arn('sqs', 'work'), input: '{"constant":true}' }];
    const { service, bodies } = setUp({ rule: { targets } });
    await service('PutEvents', callOf(admin, { Entries: [entry] }));
    expect(bodies('work')).toEqual([{ constant: true }]);
  });

  it.each([
    { title: 'lets nobody in', queuePolicy: { Statement: [] } },
    {
      title: 'lets another rule in',
      queuePolicy: JSON.parse(JSON.stringify(fromTheRule('work')).replace('run-job', 'x')),
    },
    {
      title: 'lets principals in',
      queuePolicy: allowing({ Principal: { AWS: home.accountId }, Action: 'sqs:*', Resource: '*' }),
    },
  ])('dead-letters what a queue refuses that $title', async ({ queuePolicy }) => {
    const { service, store, problems } = setUp({ queuePolicy });
    const answer = await service('PutEvents', callOf(admin, { Entries: [entry] }));
    expect(answer['FailedEntryCount']).toBe(0);
    const [dead, ...others] = store.receive('rule-dlq', { max: 10 });
    expect(others).toEqual([]);
    expect(JSON.parse(dead?.body ?? '{}')).toMatchObject({ source: 'billing', detail: { version: 1 } });
    expect(dead?.attributes).toMatchObject({
      RULE_ARN: { StringValue: ruleArn },
      TARGET_ARN: { StringValue: arn('sqs', 'work') },
      ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('sqs:SendMessage') },
    });
    expect(problems).toMatchObject([{ kind: 'undelivered', isKept: true }]);
    expect(store.counts('work').visible).toBe(0);
  });

  it.each([
    ['that does not exist', [{ id: 'x', arn: arn('sqs', 'gone') }]],
    ['of another account', [{ id: 'x', arn: 'arn:aws:sqs:eu-west-1:222222222222:work' }]],
    [
      'whose dead-letter queue does not exist either',
      [{ id: 'x', arn: arn('sqs', 'gone'), deadLetterArn: arn('sqs', 'g2') }],
    ],
  ])('loses an event for a queue %s, and says so', async (_title, targets) => {
    const { service, store, problems } = setUp({ rule: { targets } });
    await service('PutEvents', callOf(admin, { Entries: [entry] }));
    expect(store.snapshot()).toEqual([]);
    expect(problems.at(-1)).toMatchObject({ kind: 'undelivered', code: 'QueueDoesNotExist', isKept: false });
  });

  it.each([
    ['ENABLED', 0],
    ['ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS', 1],
  ] as const)('in state %s gets %i read-only CloudTrail events', async (state, count) => {
    const { bus, bodies } = setUp({ rule: { state, busName: 'default', pattern: { source: ['aws.sts'] } } });
    await bus.publish('default', {
      version: '0',
      id: 'x',
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.sts',
      account: home.accountId,
      time: '2026-11-21T10:00:00Z',
      region: home.region,
      resources: [],
      detail: { eventName: 'AssumeRole', managementEvent: true, readOnly: true },
    });
    expect(bodies('work')).toHaveLength(count);
  });
});
