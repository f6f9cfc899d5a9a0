import { describe, expect, it } from 'vitest';
import { type AccessCheck, createAuthorize } from '../../../../local/iam/authorize.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import type { PolicyDocument, PolicyStatement } from '../../../../local/iam/policy-document.ts';

const FENCE_MS = Date.parse('2026-11-21T10:00:00Z');
const OBJECT = 'arn:aws:s3:::logs/a';

function policy(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

const anything = policy({ Effect: 'Allow', Action: '*', Resource: '*' });

function caller(changes: Partial<Caller>): Caller {
  return {
    kind: 'session',
    accountId: '111122223333',
    arn: 'arn:aws:sts::111122223333:assumed-role/worker/one',
    principalArn: 'arn:aws:iam::111122223333:role/app/worker',
    userId: 'role-id:one',
    accessKeyId: 'session-key',
    identityPolicies: () => [anything],
    ...changes,
  };
}

function check(changes: Partial<AccessCheck>): AccessCheck {
  return {
    caller: caller({}),
    action: 's3:GetObject',
    resource: OBJECT,
    resourceAccountId: '111122223333',
    region: 'eu-west-1',
    sourceIp: '203.0.113.7',
    ...changes,
  };
}

function onlyIf(key: string, value: string): Caller {
  const allow: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*' };
  return caller({ identityPolicies: () => [policy({ ...allow, Condition: { StringEquals: { [key]: value } } })] });
}

describe('authorize', () => {
  const authorize = createAuthorize({ clock: { nowMs: () => FENCE_MS } });

  it('closes a session at its fence, and not a millisecond before', () => {
    const fence: PolicyStatement = {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { DateGreaterThan: { 'aws:CurrentTime': '2026-11-21T10:00:00Z' } },
    };
    const fenced = caller({ sessionPolicy: policy({ Effect: 'Allow', Action: '*', Resource: '*' }, fence) });
    const at = (nowMs: number) => () => createAuthorize({ clock: { nowMs: () => nowMs } })(check({ caller: fenced }));
    expect(at(FENCE_MS)).not.toThrow();
    expect(at(FENCE_MS + 1)).toThrow('with an explicit deny in a session policy');
  });

  it.each([
    { key: 'aws:PrincipalArn', value: 'arn:aws:iam::111122223333:role/app/worker' },
    { key: 'aws:PrincipalAccount', value: '111122223333' },
    { key: 'aws:PrincipalType', value: 'AssumedRole' },
    { key: 'aws:PrincipalIsAWSService', value: 'false' },
    { key: 'aws:userid', value: 'role-id:one' },
    { key: 'aws:RequestedRegion', value: 'eu-west-1' },
    { key: 'aws:ResourceAccount', value: '111122223333' },
    { key: 'aws:SourceIp', value: '203.0.113.7' },
    { key: 'aws:SecureTransport', value: 'true' },
    { key: 'aws:ViaAWSService', value: 'false' },
    { key: 'aws:CurrentTime', value: '2026-11-21T10:00:00.000Z' },
    { key: 'aws:EpochTime', value: '1795255200' },
  ])('knows $key', ({ key, value }) => {
    expect(() => authorize(check({ caller: onlyIf(key, value) }))).not.toThrow();
    expect(() => authorize(check({ caller: onlyIf(key, `${value}x`) }))).toThrow('no identity-based policy');
  });

  it('knows what only some callers have', () => {
    const needsName = { ...onlyIf('aws:username', 'ann') };
    const ann = { ...needsName, kind: 'user', arn: 'arn:aws:iam::111122223333:user/team/ann' } as const;
    expect(() => authorize(check({ caller: ann }))).not.toThrow();
    expect(() => authorize(check({ caller: needsName }))).toThrow();
    const tagged = { ...onlyIf('aws:PrincipalTag/Team', 'red'), sessionTags: { team: 'red' } };
    expect(() => authorize(check({ caller: tagged }))).not.toThrow();
    const sourced = { ...onlyIf('aws:SourceIdentity', 'ann'), sourceIdentity: 'ann' };
    expect(() => authorize(check({ caller: sourced }))).not.toThrow();
    const issued = { ...onlyIf('aws:TokenIssueTime', '2026-11-21T10:00:00.000Z'), issuedAtMs: FENCE_MS };
    expect(() => authorize(check({ caller: issued }))).not.toThrow();
  });

  it('lets no service-specific key pose as the caller', () => {
    const context = { 'AWS:PrincipalARN': 'arn:aws:iam::111122223333:role/admin' };
    const admin = onlyIf('aws:PrincipalArn', 'arn:aws:iam::111122223333:role/admin');
    expect(() => authorize(check({ caller: admin, context }))).toThrow('no identity-based policy');
  });

  it.each([
    {
      title: 'no identity policy',
      given: { caller: caller({ identityPolicies: () => [] }) },
      reason: 'because no identity-based policy allows the s3:GetObject action',
    },
    {
      title: 'a Deny in an identity policy',
      given: { caller: caller({ identityPolicies: () => [policy({ Effect: 'Deny', Action: '*', Resource: '*' })] }) },
      reason: 'with an explicit deny in an identity-based policy',
    },
    {
      title: 'no session policy',
      given: { caller: caller({ sessionPolicy: policy({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' }) }) },
      reason: 'because no session policy allows the s3:GetObject action',
    },
    {
      title: 'no resource policy',
      given: { resourceAccountId: '999988887777' },
      reason: 'because no resource-based policy allows the s3:GetObject action',
    },
    {
      title: 'a Deny in a resource policy',
      given: { resourcePolicy: policy({ Effect: 'Deny', Principal: '*', Action: '*' }) },
      reason: 'with an explicit deny in a resource-based policy',
    },
  ])('names who, what, where and why in AWS words: $title', ({ given, reason }) => {
    const message = `User: arn:aws:sts::111122223333:assumed-role/worker/one is not authorized to perform: s3:GetObject on resource: ${OBJECT} ${reason}`;
    expect(() => authorize(check(given))).toThrow(
      expect.objectContaining({ code: 'AccessDenied', statusCode: 403, message }),
    );
  });

  it.each<{ title: string; given: Partial<AccessCheck> }>([
    {
      title: 'an unknown operator',
      given: {
        caller: caller({
          identityPolicies: () => [
            anything,
            policy({ Effect: 'Deny', Action: 'x:y', Resource: '*', Condition: { Foo: { 'aws:userid': 'x' } } }),
          ],
        }),
      },
    },
    {
      title: 'NotPrincipal',
      given: {
        resourcePolicy: policy({
          Effect: 'Deny',
          Action: '*',
          Principal: '*',
          ...{ NotPrincipal: { AWS: '111122223333' } },
        }),
      },
    },
    { title: 'a resource policy without Principal', given: { resourcePolicy: anything } },
    {
      title: 'an identity statement without Resource',
      given: { caller: caller({ identityPolicies: () => [policy({ Effect: 'Allow', Action: '*' })] }) },
    },
  ])('decides nothing by $title', ({ given }) => {
    expect(() => authorize(check(given))).toThrow(expect.objectContaining({ code: 'UnsupportedPolicyElement' }));
  });
});
