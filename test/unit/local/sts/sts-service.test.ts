import { describe, expect, it } from 'vitest';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { BROKER_ROLE, createStsFixture, NOW_MS, policyOf, TENANT_ROLE, trusting } from './sts-fixture.ts';

function trusted(maxSessionDurationSeconds = 3600) {
  const fixture = createStsFixture();
  fixture.trust(trusting(BROKER_ROLE, undefined, 'sts:*'), trusting('222222222222'));
  const role = fixture.store.findRole(TENANT_ROLE);
  if (role !== undefined) fixture.store.putRole({ ...role, maxSessionDurationSeconds });
  return fixture;
}

describe('AssumeRole', () => {
  it('answers as the SDK has it', async () => {
    const fixture = trusted();
    const answer = await fixture.assume({
      DurationSeconds: '900',
      Policy: JSON.stringify(policyOf()).replace('[]', '[{"Effect":"Allow","Action":"*","Resource":"*"}]'),
    });
    const roleId = fixture.store.findRole(TENANT_ROLE)?.roleId;
    expect(answer).toEqual({
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA/),
        SecretAccessKey: expect.any(String),
        SessionToken: expect.any(String),
        Expiration: new Date(NOW_MS + 900_000),
      },
      AssumedRoleUser: {
        AssumedRoleId: `${roleId}:iss-1.1`,
        Arn: 'arn:aws:sts::222222222222:assumed-role/Audit/iss-1.1',
      },
      PackedPolicySize: expect.any(Number),
    });
  });

  it('lasts an hour unless said otherwise', async () => {
    const { Credentials } = await trusted().assume();
    expect(Credentials).toMatchObject({ Expiration: new Date(NOW_MS + 3_600_000) });
  });

  it.each([
    {
      title: 'longer than an hour from a session, even where the role allows it',
      max: 43_200,
      seconds: 3601,
      key: 'chained',
      code: 'ValidationError',
    },
    { title: 'an hour from a session', max: 43_200, seconds: 3600, key: 'chained', code: undefined },
    { title: 'longer than an hour from a user', max: 43_200, seconds: 43_200, key: 'tenant-key', code: undefined },
    { title: 'longer than the role allows', max: 3600, seconds: 3601, key: 'tenant-key', code: 'ValidationError' },
  ])('of $title', async ({ max, seconds, key, code }) => {
    const fixture = trusted(max);
    const answer = fixture.assume({ DurationSeconds: seconds }, key === 'chained' ? fixture.brokerAccessKeyId : key);
    if (code === undefined) await expect(answer).resolves.toHaveProperty('Credentials');
    else await expect(answer).rejects.toMatchObject({ code, statusCode: 400 });
  });

  it.each([
    { title: 'no role', input: { RoleArn: undefined }, code: 'ValidationError' },
    {
      title: 'an ARN that is no role',
      input: { RoleArn: 'arn:aws:iam::222222222222:user/x' },
      code: 'ValidationError',
    },
    { title: 'a session name with a colon', input: { RoleSessionName: 'a:b' }, code: 'ValidationError' },
    { title: 'a session name of one character', input: { RoleSessionName: 'a' }, code: 'ValidationError' },
    { title: 'a session name of 65', input: { RoleSessionName: 'a'.repeat(65) }, code: 'ValidationError' },
    { title: 'an external ID with a space', input: { ExternalId: 'a b' }, code: 'ValidationError' },
    { title: 'an external ID of 1,225', input: { ExternalId: 'a'.repeat(1225) }, code: 'ValidationError' },
    { title: '899 seconds', input: { DurationSeconds: 899 }, code: 'ValidationError' },
    { title: '43,201 seconds', input: { DurationSeconds: 43_201 }, code: 'ValidationError' },
    { title: 'half a second', input: { DurationSeconds: 900.5 }, code: 'ValidationError' },
    { title: 'a policy that is not JSON', input: { Policy: '{' }, code: 'MalformedPolicyDocument' },
    {
      title: 'a policy with an unknown element',
      input: { Policy: '{"Statements":[]}' },
      code: 'MalformedPolicyDocument',
    },
    {
      title: 'a policy over 2,048 characters',
      input: { Policy: `{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:${'x'.repeat(2048)}"}}` },
      code: 'PackedPolicyTooLarge',
    },
    { title: 'a reserved source identity', input: { SourceIdentity: 'aws:x' }, code: 'ValidationError' },
    {
      title: 'a tag twice',
      input: {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'A', Value: '' },
        ],
      },
      code: 'ValidationError',
    },
    { title: 'a reserved tag', input: { Tags: [{ Key: 'aws:x', Value: '' }] }, code: 'ValidationError' },
    { title: 'a transitive key without a tag', input: { TransitiveTagKeys: ['a'] }, code: 'ValidationError' },
    { title: 'managed session policies', input: { PolicyArns: [{ arn: 'x' }] }, code: 'ValidationError' },
  ])('refuses $title', async ({ input, code }) => {
    const fixture = trusted();
    await expect(fixture.assume(input)).rejects.toMatchObject({ code, statusCode: 400 });
    expect(fixture.records).toEqual([]);
  });

  it('holds the session to its policy, which adds nothing', async () => {
    const fixture = trusted();
    const role = fixture.store.findRole(TENANT_ROLE);
    if (role === undefined) throw new Error('no role');
    const s3 = policyOf({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
    fixture.store.putRole({ ...role, policies: { s3 } });
    const narrow = policyOf({ Effect: 'Allow', Action: ['s3:GetObject', 'sqs:*'], Resource: '*' });
    const { Credentials } = await fixture.assume({ Policy: JSON.stringify(narrow) });
    const caller = fixture.store.findCredential((Credentials as { AccessKeyId: string }).AccessKeyId)?.caller;
    if (caller === undefined) throw new Error('no session');
    const authorize = createAuthorize({ clock: { nowMs: () => NOW_MS } });
    const may = (action: string) => () =>
      authorize({
        caller,
        action,
        resource: 'arn:aws:s3:::logs/a',
        resourceAccountId: '222222222222',
        region: 'eu-west-1',
        sourceIp: '127.0.0.1',
      });
    expect(may('s3:GetObject')).not.toThrow();
    expect(may('s3:PutObject')).toThrow('no session policy');
    expect(may('sqs:SendMessage')).toThrow('no identity-based policy');
  });
});

describe('GetCallerIdentity', () => {
  it('answers anybody, whatever the policies say', async () => {
    const fixture = createStsFixture([{ Effect: 'Deny', Action: '*', Resource: '*' }]);
    expect(await fixture.identity(fixture.brokerAccessKeyId)).toEqual({
      UserId: expect.stringMatching(/^AROA.+:issue-credentials$/),
      Account: '111111111111',
      Arn: 'arn:aws:sts::111111111111:assumed-role/broker/issue-credentials',
    });
  });
});
