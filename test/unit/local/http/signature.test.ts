import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RawRequest, type SigningOptions, sendRaw, signRaw } from './signed-fetch.ts';
import {
  type ClientSettings,
  type Fixture,
  type Keys,
  sessionKeys,
  sessionSeconds,
  startFixture,
  userKeys,
} from './stack-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.server.close());
beforeEach(() => {
  fixture.calls.length = 0;
});

const clients: Record<string, (settings: ClientSettings) => Promise<unknown>> = {
  sts: (settings) => new STSClient(settings).send(new GetCallerIdentityCommand({})),
  dynamodb: (settings) => new DynamoDBClient(settings).send(new ListTablesCommand({})),
  sqs: (settings) => new SQSClient(settings).send(new ListQueuesCommand({})),
  events: (settings) => new EventBridgeClient(settings).send(new PutEventsCommand({ Entries: [{}] })),
  kms: (settings) => new KMSClient(settings).send(new DescribeKeyCommand({ KeyId: 'k' })),
  lambda: (settings) => new LambdaClient(settings).send(new InvokeCommand({ FunctionName: 'f' })),
  s3: (settings) => new S3Client(settings).send(new ListBucketsCommand({})),
};

type Codes = { unknownKey: string; wrongSignature: string; wrongToken?: string; expired?: string };
const json: Codes = { unknownKey: 'UnrecognizedClientException', wrongSignature: 'InvalidSignatureException' };
const codes: Record<string, Codes> = {
  sts: { unknownKey: 'InvalidClientTokenId', wrongSignature: 'SignatureDoesNotMatch', expired: 'ExpiredToken' },
  dynamodb: json,
  sqs: json,
  events: json,
  kms: json,
  lambda: json,
  s3: {
    unknownKey: 'InvalidAccessKeyId',
    wrongSignature: 'SignatureDoesNotMatch',
    wrongToken: 'InvalidToken',
    expired: 'ExpiredToken',
  },
};

async function refusalOf(service: string, keys: Keys, from: Fixture = fixture) {
  const error: unknown = await clients[service]?.(from.clientSettings(keys)).catch((caught: unknown) => caught);
  expect(from.calls).toHaveLength(0);
  return error;
}

describe.each(Object.keys(clients))('a signed request for %s', (service) => {
  const expected = codes[service] ?? json;

  it.each([
    ['a user', userKeys],
    ['a session', sessionKeys],
  ])('of %s reaches the service as its caller', async (_who, keys) => {
    await clients[service]?.(fixture.clientSettings(keys));
    expect(fixture.calls).toHaveLength(1);
    const call = fixture.calls[0]?.call;
    expect(call?.caller.accessKeyId).toBe(keys.accessKeyId);
    expect(call).toMatchObject({ region: 'eu-west-1', sourceIp: '127.0.0.1' });
    expect(call?.userAgent).toContain('aws-sdk-js');
  });

  const { sessionToken, ...withoutToken } = sessionKeys;
  const wrongToken = expected.wrongToken ?? expected.unknownKey;
  it.each([
    ['an unknown access key', { ...userKeys, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' }, expected.unknownKey],
    ['a wrong secret', { ...userKeys, secretAccessKey: 'wrong' }, expected.wrongSignature],
    ['a wrong secret of a session', { ...sessionKeys, secretAccessKey: 'wrong' }, expected.wrongSignature],
    ['a session without its token', withoutToken, wrongToken],
    ['a session with another token', { ...sessionKeys, sessionToken: `${sessionToken}x` }, wrongToken],
    ['a user with a token', { ...userKeys, sessionToken: 'made-up' }, wrongToken],
  ])('is refused with %s', async (_what, keys, code) => {
    expect(await refusalOf(service, keys)).toMatchObject({ name: code, $metadata: { httpStatusCode: 403 } });
  });

  it('is refused once its session has expired by the clock of the stack', async () => {
    const own = await startFixture();
    try {
      own.clock.advance((sessionSeconds + 1) * 1000);
      expect(await refusalOf(service, sessionKeys, own)).toMatchObject({
        name: expected.expired ?? 'ExpiredTokenException',
      });
    } finally {
      await own.server.close();
    }
  });
});

const getCallerIdentity: RawRequest = {
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
};

function signed(request: RawRequest, options: Partial<SigningOptions> = {}) {
  return signRaw(request, { endpoint: fixture.server.endpoint, service: 'sts', keys: userKeys, ...options });
}

async function errorCode(request: RawRequest) {
  const answer = await sendRaw(fixture.server.endpoint, request);
  expect(fixture.calls).toHaveLength(0);
  return `${answer.statusCode} ${/<Code>(\w+)<\/Code>/.exec(answer.body)?.[1]}`;
}

describe('a request that was changed after it was signed', () => {
  it('passes while nothing is changed', async () => {
    const answer = await sendRaw(fixture.server.endpoint, await signed(getCallerIdentity));
    expect(answer.statusCode).toBe(200);
  });

  const contentHash = 'x-amz-content-sha256';
  it.each<[string, (request: RawRequest) => RawRequest]>([
    ['body', (request) => ({ ...request, body: `${request.body}&Extra=1` })],
    ['method', (request) => ({ ...request, method: 'PUT' })],
    ['path', (request) => ({ ...request, path: '/other' })],
    ['query', (request) => ({ ...request, query: { extra: '1' } })],
    ['content type', (request) => ({ ...request, headers: { ...request.headers, 'content-type': 'text/plain' } })],
    ['host', (request) => ({ ...request, headers: { ...request.headers, host: 'other' } })],
    ['date', (request) => ({ ...request, headers: { ...request.headers, 'x-amz-date': '20260101T000000Z' } })],
    [
      'headers by one that decides',
      (request) => ({ ...request, headers: { ...request.headers, 'x-amz-target': 'A.B' } }),
    ],
    [
      'body hash to none',
      (request) => ({ ...request, headers: { ...request.headers, [contentHash]: 'UNSIGNED-PAYLOAD' }, body: 'x' }),
    ],
  ])('is refused: its %s', async (_what, change) => {
    const answer = await sendRaw(fixture.server.endpoint, change(await signed(getCallerIdentity)));
    expect(answer.statusCode).toBe(403);
    expect(fixture.calls).toHaveLength(0);
  });

  it.each([
    [getCallerIdentity.body, 200],
    ['Action=AssumeRole&Version=2011-06-15', 403],
  ])('is held against its body when the client sends no body hash: %s leads to %d', async (body, statusCode) => {
    const request = await signed(getCallerIdentity, { sendContentHash: false });
    expect(request.headers).not.toHaveProperty(contentHash);
    expect((await sendRaw(fixture.server.endpoint, { ...request, body })).statusCode).toBe(statusCode);
  });

  it.each(['UNSIGNED-PAYLOAD', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'anything'])(
    'is refused when it was signed as %s outside S3',
    async (declared) => {
      const headers = { ...getCallerIdentity.headers, [contentHash]: declared };
      expect(await errorCode(await signed({ ...getCallerIdentity, headers }))).toBe('403 SignatureDoesNotMatch');
    },
  );

  it('is refused for S3 without body hash', async () => {
    const listBuckets = { method: 'GET', path: '/', headers: {}, body: '' };
    const request = await signed(listBuckets, { service: 's3', sendContentHash: false });
    expect(await errorCode(request)).toBe('403 XAmzContentSHA256Mismatch');
  });
});

describe('the date of a request', () => {
  const minutes = (count: number) => new Date(Date.now() + count * 60_000);

  it.each([
    [-4, 'GetCallerIdentity'],
    [4, 'GetCallerIdentity'],
    [-6, undefined],
    [6, undefined],
  ])('%d minutes off real time leads to %s', async (offset, action) => {
    await sendRaw(fixture.server.endpoint, await signed(getCallerIdentity, { signingDate: minutes(offset) }));
    expect(fixture.calls[0]?.action).toBe(action);
  });

  it('is refused with the name that each protocol has for it', async () => {
    expect(await errorCode(await signed(getCallerIdentity, { signingDate: minutes(-6) }))).toBe('403 RequestExpired');
    const listBuckets = { method: 'GET', path: '/', headers: {}, body: '' };
    expect(await errorCode(await signed(listBuckets, { signingDate: minutes(-6), service: 's3' }))).toBe(
      '403 RequestTimeTooSkewed',
    );
  });

  it.each([
    [0, 'GetCallerIdentity'],
    [60, 'GetCallerIdentity'],
    [30, undefined],
  ])('is held against real time and the advanced clock: %d minutes lead to %s', async (offset, action) => {
    const own = await startFixture();
    try {
      own.clock.advance(60 * 60_000);
      const options = { endpoint: own.server.endpoint, service: 'sts', keys: userKeys, signingDate: minutes(offset) };
      await sendRaw(own.server.endpoint, await signRaw(getCallerIdentity, options));
      expect(own.calls[0]?.action).toBe(action);
    } finally {
      await own.server.close();
    }
  });
});

describe('a request without a usable Authorization header', () => {
  const jsonRequest = { method: 'POST', path: '/', headers: { 'x-amz-target': 'TrentService.Encrypt' }, body: '{}' };

  it('is refused in the shape of the query protocol', async () => {
    expect(await errorCode(getCallerIdentity)).toBe('403 MissingAuthenticationToken');
  });

  it('is refused in the shape of JSON', async () => {
    const answer = await sendRaw(fixture.server.endpoint, jsonRequest);
    expect(answer.statusCode).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  it('is refused in the shape of Lambda', async () => {
    const path = '/2015-03-31/functions/f/invocations';
    const answer = await sendRaw(fixture.server.endpoint, { method: 'POST', path, headers: {}, body: '{}' });
    expect([answer.statusCode, answer.headers['x-amzn-errortype']]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
  });

  it('is refused in the shape of S3', async () => {
    expect(await errorCode({ method: 'GET', path: '/bucket/key', headers: {}, body: '' })).toBe('403 AccessDenied');
  });

  it.each([
    ['Basic dGVzdDp0ZXN0'],
    ['AWS4-ECDSA-P256-SHA256 Credential=a/20260101/sts/aws4_request, SignedHeaders=host, Signature=00'],
    [
      `AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(63)}`,
    ],
  ])('is refused when it is %s', async (authorization) => {
    const headers = { ...getCallerIdentity.headers, authorization };
    expect(await errorCode({ ...getCallerIdentity, headers })).toBe('403 IncompleteSignature');
  });

  it('is refused, with the reason, when it is presigned', async () => {
    const query = { 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Signature': '00' };
    const answer = await sendRaw(fixture.server.endpoint, {
      method: 'GET',
      path: '/b/k',
      query,
      headers: {},
      body: '',
    });
    expect(answer.statusCode).toBe(501);
    expect(answer.body).toContain('presigned');
  });
});
