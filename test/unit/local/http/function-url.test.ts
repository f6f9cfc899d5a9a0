import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServiceAnswer, ServiceError } from '../../../../local/service.ts';
import { type RawAnswer, type RawRequest, sendRaw, signRaw } from './signed-fetch.ts';
import { type Fixture, sessionKeys, startFixture, userKeys } from './stack-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
beforeEach(() => {
  fixture.calls.length = 0;
  fixture.failures.length = 0;
  fixture.answer = () => ({ Payload: '{}' });
});
afterAll(() => fixture.server.close());

const POST: RawRequest = {
  method: 'POST',
  path: '/_url/greet/a%20b/c',
  query: { who: 'me&you', empty: '' },
  headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'test/1' },
  body: '{"hello":"café"}',
};

async function call(request: Partial<RawRequest> = {}, keys = userKeys): Promise<RawAnswer> {
  const { endpoint } = fixture.server;
  return sendRaw(endpoint, await signRaw({ ...POST, ...request }, { endpoint, service: 'lambda', keys }));
}

describe('a request to a function URL', () => {
  it('reaches Lambda as the request that the client made, without its signature', async () => {
    await call();
    expect(fixture.calls).toMatchObject([
      {
        action: 'InvokeFunctionUrl',
        call: {
          caller: { accessKeyId: userKeys.accessKeyId },
          region: 'eu-west-1',
          userAgent: 'test/1',
          input: {
            FunctionName: 'greet',
            Request: {
              method: 'POST',
              rawPath: '/a%20b/c',
              query: { who: 'me&you', empty: '' },
              headers: { 'content-type': 'application/json; charset=utf-8', 'x-forwarded-proto': 'https' },
              body: '{"hello":"café"}',
              isBase64Encoded: false,
            },
          },
        },
      },
    ]);
    const request = fixture.calls[0]?.call.input['Request'];
    expect(request).toMatchObject({ rawQueryString: 'who=me%26you&empty=' });
    expect(request).not.toHaveProperty('headers.authorization');
  });

  it('cannot say where it comes from', async () => {
    await call({ headers: { 'x-forwarded-for': '203.0.113.1' } });
    expect(fixture.calls).toMatchObject([
      { call: { input: { Request: { headers: { 'x-forwarded-for': '127.0.0.1' } } } } },
    ]);
  });

  it.each([
    { path: '/_url/greet', rawPath: '/' },
    { path: '/_url/greet/', rawPath: '/' },
    { path: '/_url/greet//x', rawPath: '//x' },
  ])('has the path $rawPath for $path', async ({ path, rawPath }) => {
    await call({ path });
    expect(fixture.calls).toMatchObject([{ call: { input: { FunctionName: 'greet', Request: { rawPath } } } }]);
  });

  it.each([
    { type: 'text/csv', body: 'a,b', forwarded: { body: 'a,b', isBase64Encoded: false } },
    { type: 'application/xml', body: '<a/>', forwarded: { body: '<a/>', isBase64Encoded: false } },
    { type: 'application/x-www-form-urlencoded', body: 'a=b', forwarded: { body: 'YT1i', isBase64Encoded: true } },
    { type: 'application/octet-stream', body: 'a', forwarded: { body: 'YQ==', isBase64Encoded: true } },
    { type: 'application/octet-stream', body: '', forwarded: { isBase64Encoded: false } },
  ])('has the body $forwarded of $body as $type', async ({ type, body, forwarded }) => {
    await call({ headers: { 'content-type': type }, body });
    expect(fixture.calls).toMatchObject([{ call: { input: { Request: forwarded } } }]);
  });

  it('has its cookies apart from its headers', async () => {
    await call({ headers: { cookie: 'a=1; b=2' } });
    expect(fixture.calls).toMatchObject([{ call: { input: { Request: { cookies: ['a=1', 'b=2'] } } } }]);
    expect(fixture.calls[0]?.call.input['Request']).not.toHaveProperty('headers.cookie');
  });
});

describe('a request to a function URL that nobody should have made', () => {
  it('is refused without a signature', async () => {
    const answer = await sendRaw(fixture.server.endpoint, POST);
    expect(answer).toMatchObject({
      statusCode: 403,
      headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException' },
    });
    expect(JSON.parse(answer.body)).toEqual({ Message: 'the request carries no Authorization header' });
  });

  it('is refused with the signature of another key', async () => {
    expect(await call({}, { ...userKeys, secretAccessKey: 'x' })).toMatchObject({ statusCode: 403 });
  });

  it('is refused with a session key but not its token', async () => {
    const { sessionToken: _, ...keys } = sessionKeys;
    expect(await call({}, keys)).toMatchObject({ statusCode: 403 });
  });

  it('is refused when it was changed after it was signed', async () => {
    const { endpoint } = fixture.server;
    const signed = await signRaw(POST, { endpoint, service: 'lambda', keys: userKeys });
    expect(await sendRaw(endpoint, { ...signed, path: '/_url/other/a%20b/c' })).toMatchObject({ statusCode: 403 });
    expect(await sendRaw(endpoint, { ...signed, body: '{}' })).toMatchObject({ statusCode: 403 });
  });

  it('is refused when it was signed for another service', async () => {
    const { endpoint } = fixture.server;
    const signed = await signRaw(POST, { endpoint, service: 'execute-api', keys: userKeys });
    const answer = await sendRaw(endpoint, signed);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('sign for the service lambda, not execute-api');
  });

  it('finds no function where it names none', async () => {
    expect(await call({ path: '/_url/' })).toMatchObject({ statusCode: 404 });
  });

  it.each([
    { error: new ServiceError('AccessDenied', 403, 'no'), statusCode: 403, code: 'AccessDeniedException', told: 'no' },
    {
      error: new ServiceError('ResourceNotFoundException', 404, 'what?'),
      statusCode: 404,
      code: 'ResourceNotFoundException',
      told: 'what?',
    },
    { error: new Error('secret'), statusCode: 500, code: 'InternalFailure', told: 'the embedded stack failed' },
  ])('is told $code', async ({ error, statusCode, code, told }) => {
    fixture.answer = () => {
      throw error;
    };
    const answer = await call();
    expect(answer).toMatchObject({ statusCode, headers: { 'x-amzn-errortype': code } });
    expect(answer.body).toContain(told);
    expect(answer.body).not.toContain('secret');
  });
});

describe('what a function answers to its URL', () => {
  type Case = {
    readonly answer: ServiceAnswer;
    readonly statusCode: number;
    readonly body: string;
    readonly type?: string;
  };
  const json = 'application/json';
  const plain = 'text/plain';
  const broken = { statusCode: 502, body: 'Internal Server Error', type: plain };
  const payload = (value: unknown): ServiceAnswer => ({ Payload: JSON.stringify(value) });
  const cases: readonly Case[] = [
    { answer: payload({ a: 1 }), statusCode: 200, body: '{"a":1}', type: json },
    { answer: payload('hello'), statusCode: 200, body: '"hello"', type: json },
    { answer: payload(null), statusCode: 200, body: 'null', type: json },
    { answer: payload({ statusCode: 201, body: 'made' }), statusCode: 201, body: 'made', type: json },
    { answer: payload({ statusCode: 204 }), statusCode: 204, body: '', type: json },
    {
      answer: payload({ statusCode: 403, headers: { 'Content-Type': plain }, body: 'no' }),
      statusCode: 403,
      body: 'no',
      type: plain,
    },
    { answer: payload({ statusCode: 200, body: 'aGk=', isBase64Encoded: true }), statusCode: 200, body: 'hi' },
    {
      answer: payload({ statusCode: 200, headers: { 'Content-Length': 1, Connection: 'close' }, body: 'four' }),
      statusCode: 200,
      body: 'four',
    },
    { answer: { Payload: '{"errorMessage":"secret"}', FunctionError: 'Unhandled' }, ...broken },
    { answer: payload({ statusCode: '200', body: 'a' }), ...broken },
    { answer: payload({ statusCode: 99 }), ...broken },
    { answer: payload({ statusCode: 101 }), ...broken },
    { answer: payload({ statusCode: 200, body: { a: 1 } }), ...broken },
    { answer: payload({ statusCode: 200, headers: { a: 'b\r\nc: d' } }), ...broken },
    { answer: payload({ statusCode: 200, headers: { 'a b': 'c' } }), ...broken },
    { answer: payload({ statusCode: 200, headers: { a: ['b'] } }), ...broken },
    { answer: payload({ statusCode: 200, cookies: ['a=1'] }), ...broken },
  ];

  it.each(cases)('answers $statusCode to $answer', async ({ answer, statusCode, body, type }) => {
    fixture.answer = () => answer;
    const got = await call();
    expect(got).toMatchObject({ statusCode, body });
    if (type !== undefined) expect(got.headers['content-type']).toBe(type);
  });

  it('says in the log of the stack why an answer was none', async () => {
    fixture.answer = () => payload({ statusCode: 200, cookies: ['a=1'] });
    await call();
    expect(fixture.failures).toEqual([expect.stringContaining('the function greet answered: the embedded stack')]);
  });
});
