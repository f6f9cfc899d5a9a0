import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { ApiError } from '../../../lib/client/api-error.ts';
import { makeFunctionUrlClient } from '../../../lib/client/function-url-client.ts';
import { makeManagementClient } from '../../../lib/client/management-client.ts';
import type { TenantRow, TenantView } from '../../../lib/management/management-views.ts';
import { Sha256 } from '../../../lib/platform/sha256.ts';
import { type FunctionUrlServer, type Replies, startFunctionUrlServer } from '../../support/function-url-server.ts';

const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret', sessionToken: 'not-a-token' };
let server: FunctionUrlServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function started(replies: Replies = () => ({ json: { fine: true } })) {
  server = await startFunctionUrlServer(replies);
  const target = { url: server.url, region: 'eu-west-1', credentials: async () => keys, pauseBeforeRetryMs: 1 };
  return { server, target, client: makeFunctionUrlClient(target) };
}

async function failure(sent: Promise<unknown>): Promise<ApiError> {
  const error = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApiError) return error;
  throw new Error('expected an ApiError', { cause: error });
}

describe('a request to a function URL', () => {
  it('is signed for lambda, body, query and session token included', async () => {
    const { server: at, client } = await started();
    const path = '/tenants/a%2Bb';
    const answer = await client.send({
      method: 'POST',
      path,
      query: { limit: '2', cursor: 'x y+z' },
      body: { a: 'ü' },
    });
    expect(answer).toEqual({ fine: true });
    const [request] = at.seen;
    expect(request).toMatchObject({ asked: `POST ${path}`, query: { limit: '2', cursor: 'x y+z' }, body: { a: 'ü' } });
    const headers = request?.headers ?? {};
    const signer = new SignatureV4({ service: 'lambda', region: 'eu-west-1', sha256: Sha256, credentials: keys });
    const amzDate = String(headers['x-amz-date']);
    const signingDate = new Date(amzDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    const again = await signer.sign(
      {
        method: 'POST',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path,
        query: { limit: '2', cursor: 'x y+z' },
        headers: { host: String(headers.host), 'content-type': 'application/json' },
        body: JSON.stringify({ a: 'ü' }),
      },
      { signingDate },
    );
    expect(headers['x-amz-security-token']).toBe('not-a-token');
    expect(headers.authorization).toContain('/eu-west-1/lambda/aws4_request');
    expect(headers.authorization).toBe(again.headers['authorization']);
  });

  it('is asked for its credentials each time, so that a renewed session is used', async () => {
    let asked = 0;
    const { target } = await started();
    const credentials = async () => {
      asked += 1;
      return keys;
    };
    const client = makeFunctionUrlClient({ ...target, credentials });
    await client.send({ method: 'GET', path: '/a' });
    await client.send({ method: 'GET', path: '/b' });
    expect(asked).toBe(2);
  });

  it('says that there are no credentials, and sends nothing', async () => {
    const { server: at, target } = await started();
    const credentials = async () => {
      throw new Error('Could not load credentials from any providers');
    };
    const error = await failure(makeFunctionUrlClient({ ...target, credentials }).send({ method: 'GET', path: '/' }));
    expect(error).toMatchObject({ code: 'client.credentialsMissing', status: undefined });
    expect(error.message).toContain('Could not load credentials');
    expect(at.seen).toEqual([]);
  });
});

describe('what a function URL may answer', () => {
  const own = { error: { code: 'registry.stale', message: 'changed', whatToDo: 'read again' } };
  it.each([
    [
      'the own refusal',
      { status: 409, json: own },
      { code: 'registry.stale', message: 'changed', whatToDo: 'read again' },
    ],
    ['a refusal of AWS', { status: 403, json: { Message: 'Forbidden' } }, { code: 'client.accessDenied' }],
    ['an expired signature', { status: 403, json: { message: 'Signature expired' } }, { code: 'client.accessDenied' }],
    ['no such function', { status: 404, json: { Message: 'no URL' } }, { code: 'client.functionUnknown' }],
    ['too many calls', { status: 429, json: { Message: 'Rate' } }, { code: 'client.throttled' }],
    ['a function that failed', { status: 502, raw: 'Internal Server Error' }, { code: 'client.functionFailed' }],
    ['a gateway that waited', { status: 504, raw: '' }, { code: 'client.timedOut' }],
    ['broken JSON', { status: 200, raw: '{"tenants": [' }, { code: 'client.answerUnreadable' }],
    ['JSON that is no object', { status: 200, json: ['a'] }, { code: 'client.answerUnreadable' }],
    ['a page of something else', { status: 200, raw: '<html>' }, { code: 'client.answerUnreadable' }],
    [
      'an address elsewhere',
      { status: 302, headers: { location: 'http://127.0.0.1:9/' } },
      { code: 'client.answerUnreadable' },
    ],
  ])('%s', async (_, reply, expected) => {
    const { client } = await started(() => reply);
    const error = await failure(client.send({ method: 'POST', path: '/tenants', body: {} }));
    expect(error).toMatchObject({ ...expected, status: reply.status });
  });

  it('nothing in time, whose end is not known', async () => {
    const { target } = await started(() => ({ silent: true }));
    const client = makeFunctionUrlClient({ ...target, timeoutMs: 50 });
    expect(await failure(client.send({ method: 'GET', path: '/' }))).toMatchObject({ code: 'client.timedOut' });
  });

  it('nothing at all, and says where nobody was', async () => {
    const { server: at, client } = await started();
    await at.close();
    const error = await failure(client.send({ method: 'POST', path: '/' }));
    expect(error).toMatchObject({ code: 'client.unreachable', status: undefined });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('nothing any more, when whoever asked has stopped', async () => {
    const { client } = await started(() => ({ silent: true }));
    const reason = new Error('Ctrl-C');
    const sent = client.send({ method: 'GET', path: '/', signal: AbortSignal.timeout(30) });
    await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' });
    const aborted = client.send({ method: 'GET', path: '/', signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
  });
});

describe('a second try', () => {
  it.each([
    ['GET', { status: 502, raw: '' }, 2],
    ['GET', { status: 503, json: { error: { code: 'store.busy', message: 'm', whatToDo: 'w' } } }, 2],
    ['GET', { status: 429, raw: '' }, 2],
    ['GET', { hangUp: true }, 2],
    ['GET', { status: 403, raw: '' }, 1],
    ['GET', { status: 504, raw: '' }, 1],
    ['POST', { status: 502, raw: '' }, 1],
    ['POST', { hangUp: true }, 1],
    ['PATCH', { status: 503, raw: '' }, 1],
    ['DELETE', { status: 429, raw: '' }, 1],
  ])('%s after %j is made so that %i are seen', async (method, reply, count) => {
    const { server: at, client } = await started(() => reply);
    await failure(client.send({ method, path: '/' }));
    expect(at.seen.length).toBe(count);
  });

  it('gives its answer', async () => {
    const { client } = await started((_, count) => (count === 0 ? { status: 502 } : { json: { second: true } }));
    expect(await client.send({ method: 'GET', path: '/' })).toEqual({ second: true });
  });
});

describe('the client of the management API', () => {
  it('fills in the path, each part encoded', async () => {
    const { server: at, target } = await started();
    const client = makeManagementClient(target);
    const params = { tenantId: 'acme', accountId: '123456789012', roleName: 'a+b/c' };
    await client.call('DELETE /tenants/:tenantId/roles/:accountId/:roleName', { params });
    expect(at.seen[0]?.asked).toBe('DELETE /tenants/acme/roles/123456789012/a%2Bb%2Fc');
    await client.call('GET /tenants', { query: { limit: '5', status: undefined } });
    expect(at.seen[1]).toMatchObject({ asked: 'GET /tenants', query: { limit: '5' }, body: undefined });
  });

  it('sends nothing to an address with an empty part', async () => {
    const { server: at, target } = await started();
    const call = async () => makeManagementClient(target).call('GET /tenants/:tenantId', { params: { tenantId: '' } });
    await expect(call()).rejects.toThrow('tenantId');
    expect(at.seen).toEqual([]);
  });

  it('is typed by the table of routes', () => {
    const client = makeManagementClient({ url: 'http://127.0.0.1:1', region: 'r', credentials: async () => keys });
    expectTypeOf(client.call<'GET /tenants/:tenantId'>).returns.resolves.toEqualTypeOf<TenantView>();
    expectTypeOf(client.call<'GET /tenants'>)
      .returns.resolves.toHaveProperty('tenants')
      .toEqualTypeOf<readonly TenantRow[]>();
    expectTypeOf(client.call<'GET /tenants/:tenantId'>)
      .parameter(1)
      .toHaveProperty('params')
      .toEqualTypeOf<{
        readonly tenantId: string;
      }>();
    expectTypeOf(client.call<'POST /tenants/:tenantId/suspension'>)
      .parameter(1)
      .toHaveProperty('body')
      .toEqualTypeOf<{ reason: string }>();
  });
});
