import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../local/service.ts';
import { sendRaw, signRaw } from './signed-fetch.ts';
import { type Fixture, startFixture, userKeys } from './stack-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.server.close());
beforeEach(() => {
  fixture.calls.length = 0;
  fixture.answer = () => ({});
});

const assumeRole = {
  RoleArn: 'arn:aws:iam::222222222222:role/a/b',
  RoleSessionName: 'job.abc.1',
  ExternalId: 'cb & <more> "quotes" + %',
  DurationSeconds: 900,
  Policy: '{"Version":"2012-10-17","Statement":[]}',
  Tags: [
    { Key: 'tenant', Value: 'acme' },
    { Key: 'empty', Value: '' },
  ],
  TransitiveTagKeys: ['tenant'],
  PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
};

describe('the query protocol', () => {
  it('gives the service the input in the shape of the API', async () => {
    await new STSClient(fixture.clientSettings()).send(new AssumeRoleCommand(assumeRole));
    expect(fixture.calls).toMatchObject([{ action: 'AssumeRole', call: { input: assumeRole } }]);
  });

  it('gives the client the answer of the service', async () => {
    const Credentials = {
      AccessKeyId: 'ASIA',
      SecretAccessKey: 'a<b>&"c\'',
      SessionToken: 'x'.repeat(1000),
      Expiration: new Date('2026-11-21T03:00:00Z'),
    };
    fixture.answer = () => ({
      Credentials,
      PackedPolicySize: 6,
      AssumedRoleUser: { Arn: 'arn', AssumedRoleId: 'A:b' },
    });
    const answer = await new STSClient(fixture.clientSettings()).send(new AssumeRoleCommand(assumeRole));
    expect(answer).toMatchObject({ Credentials, PackedPolicySize: 6, AssumedRoleUser: { AssumedRoleId: 'A:b' } });
    expect(answer.$metadata.requestId).toBe(fixture.calls[0]?.call.requestId);
  });

  it.each([
    ['AccessDenied', 403, 'client'],
    ['MalformedPolicyDocument', 400, 'client'],
    ['ServiceUnavailable', 503, 'server'],
  ])('tells the error %s', async (code, statusCode, fault) => {
    fixture.answer = () => {
      throw new ServiceError(code, statusCode, 'not <allowed> & "why"');
    };
    const error: unknown = await new STSClient(fixture.clientSettings())
      .send(new AssumeRoleCommand(assumeRole))
      .catch((caught: unknown) => caught);
    // SDK v3 renames this one, because STS models it with the suffix.
    const name = code === 'MalformedPolicyDocument' ? 'MalformedPolicyDocumentException' : code;
    expect(error).toMatchObject({ name, message: 'not <allowed> & "why"', $metadata: { httpStatusCode: statusCode } });
    expect(error).toMatchObject({ Type: fault === 'client' ? 'Sender' : 'Receiver', Code: code });
  });

  it.each([
    ['Action=GetCallerIdentity&Version=2010-05-08', 'InvalidAction'],
    ['Action=GetCallerIdentity', 'MissingAction'],
    ['Version=2011-06-15', 'MissingAction'],
    ['Action=A&Action=B&Version=2011-06-15', 'MalformedQueryString'],
    ['Action=__proto__&Version=2011-06-15', 'InvalidAction'],
  ])('refuses the form %s', async (body, code) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const answer = await sendSigned({ method: 'POST', headers, body });
    expect([answer.statusCode, /<Code>(\w+)</.exec(answer.body)?.[1]]).toEqual([400, code]);
    expect(fixture.calls).toHaveLength(0);
  });

  it('refuses parameters outside the form of a POST', async () => {
    const answer = await sendSigned({ method: 'GET', headers: {}, body: '' });
    expect([answer.statusCode, /<Code>(\w+)</.exec(answer.body)?.[1]]).toEqual([400, 'MalformedHttpRequest']);
  });
});

async function sendSigned(request: { method: string; headers: Record<string, string>; body: string }) {
  const { endpoint } = fixture.server;
  return sendRaw(endpoint, await signRaw({ ...request, path: '/' }, { endpoint, service: 'sts', keys: userKeys }));
}
