import { describe, expect, it } from 'vitest';
import { assumeRoleInput } from '../../../lib/broker/assume-role-request.ts';

const least = {
  roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
  sessionName: 'scan-account.a.1',
  durationSeconds: 900,
  policy: '{}',
};
const asked = {
  RoleArn: least.roleArn,
  RoleSessionName: least.sessionName,
  DurationSeconds: 900,
  Policy: '{}',
};
const probing = { externalIdRequired: false };

describe('what an AssumeRole asks for', () => {
  it.each([
    ['nothing but what it must have', {}, {}],
    ['no tags where there are none', { tags: {} }, {}],
    ['an external ID', { externalId: 'one' }, { ExternalId: 'one' }],
    [
      'each tag',
      { tags: { a: '1', b: '' } },
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'b', Value: '' },
        ],
      },
    ],
    ['the shortest source identity', { sourceIdentity: 'ab' }, { SourceIdentity: 'ab' }],
  ])('is exactly %s', (_, change, more) => {
    expect(assumeRoleInput({ ...least, ...change }, probing)).toStrictEqual({ ...asked, ...more });
  });

  it.each([
    ['begins with what STS does not take', '*acme'],
    ['ends with it', 'acme*'],
  ])('is nothing when a tag or the source identity %s', (_, text) => {
    expect(assumeRoleInput({ ...least, tags: { [text]: 'v' } }, probing)).toBeUndefined();
    expect(assumeRoleInput({ ...least, tags: { Key: text } }, probing)).toBeUndefined();
    expect(assumeRoleInput({ ...least, sourceIdentity: text }, probing)).toBeUndefined();
  });

  it('takes a tag whose key has the reserved letters elsewhere', () => {
    const tags = { 'my-aws:key': 'v' };
    expect(assumeRoleInput({ ...least, tags }, probing)).toMatchObject({ Tags: [{ Key: 'my-aws:key', Value: 'v' }] });
  });
});
