import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { makeFunctionUrl } from '../../../lib/platform/function-url.ts';
import type { RouteAnswer, RouteCall, RouteTable } from '../../../lib/platform/url-routes.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';
import { OPERATOR, type UrlCall, urlEvent } from '../../support/url-event.ts';

const context = { awsRequestId: 'lambda-request-1' };

/** A frame with a few routes, and what reached them. */
function aFrame(answer: (call: RouteCall) => RouteAnswer = () => ({ status: 200, answer: { well: true } })) {
  const reached: RouteCall[] = [];
  const route = {
    handle: async (call: RouteCall) => {
      reached.push(call);
      return answer(call);
    },
  };
  const routes: RouteTable = {
    'GET /things': route,
    'POST /things': route,
    'POST /many': { ...route, maximumKeys: 1_000 },
    'GET /things/:thingId/parts/:part': route,
  };
  const log = recordedTransitions();
  const frame = makeFunctionUrl({ routes, log });
  return {
    reached,
    log,
    async send(event: unknown) {
      const { statusCode, headers, body } = await frame(event, context);
      return { statusCode, headers, body: JSON.parse(body) };
    },
  };
}

function contextWith(changes: object) {
  const event = urlEvent();
  return { ...event, requestContext: { ...event.requestContext, ...changes } };
}

const iam = (changes: object) =>
  contextWith({ authorizer: { iam: { ...urlEvent().requestContext.authorizer.iam, ...changes } } });

describe('who calls', () => {
  it.each<[string, string]>([
    ['a session', OPERATOR],
    ['a user', 'arn:aws:iam::111111111111:user/people/jane'],
    ['a root', 'arn:aws:iam::222222222222:root'],
    ['a session of another partition', 'arn:aws-us-gov:sts::111111111111:assumed-role/operators/jane'],
  ])('is what AWS names: %s', async (_, caller) => {
    const { send, reached } = aFrame();
    expect(await send(urlEvent({ path: '/things', caller }))).toMatchObject({ statusCode: 200 });
    expect(reached.map((call) => call.caller)).toEqual([caller]);
  });

  it.each<[string, unknown]>([
    ['no event', undefined],
    ['null', null],
    ['a text', 'event'],
    ['a list', []],
    ['an empty object', {}],
    ['a context of null', { ...urlEvent(), requestContext: null }],
    ['a context without an authorizer', contextWith({ authorizer: undefined })],
    ['an authorizer of null, as without IAM', contextWith({ authorizer: null })],
    ['an authorizer of JWT', contextWith({ authorizer: { jwt: { claims: { sub: OPERATOR } } } })],
    ['iam of null', contextWith({ authorizer: { iam: null } })],
    ['no ARN', iam({ userArn: undefined })],
    ['an ARN of null', iam({ userArn: null })],
    ['an ARN that is a list', iam({ userArn: [OPERATOR] })],
    ['an empty ARN', iam({ userArn: '' })],
    ['an ARN of a service', iam({ userArn: 'arn:aws:lambda:eu-west-1:111111111111:function:x' })],
    ['an ARN with a line after it', iam({ userArn: `${OPERATOR}\nx` })],
    ['an ARN of a role, which nobody calls as', iam({ userArn: 'arn:aws:iam::111111111111:role/operators' })],
    ['an ARN of another account than it says', iam({ accountId: '222222222222' })],
    ['an ARN beside the place where AWS says it', { ...contextWith({ authorizer: null }), userArn: OPERATOR }],
    ['an inherited ARN', JSON.parse(`{"__proto__":${JSON.stringify(urlEvent())}}`)],
    ['an event of SQS', { Records: [{ body: '{}' }] }],
  ])('is nobody in %s', async (_, event) => {
    const { send, reached } = aFrame();
    expect(await send(event)).toMatchObject({ statusCode: 403, body: { error: { code: 'caller.unknown' } } });
    expect(reached).toEqual([]);
  });
});

describe('the event', () => {
  it.each<[string, object]>([
    ['of another version', { version: '1.0' }],
    ['without a path', { rawPath: undefined }],
    ['whose path has no slash', { rawPath: 'things' }],
    ['whose body is an object', { body: {} }],
    ['that does not say how its body is encoded', { isBase64Encoded: undefined }],
    ['without a method', { requestContext: { ...urlEvent().requestContext, http: {} } }],
  ])('is refused %s', async (_, changes) => {
    const { send } = aFrame();
    const answer = await send({ ...urlEvent({ path: '/things' }), ...changes });
    expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.malformed' } } });
  });

  it('may bear its body in base64', async () => {
    const { send, reached } = aFrame();
    const body = Buffer.from('{"name":"Zoë"}').toString('base64');
    await send({ ...urlEvent({ method: 'POST', path: '/things' }), body, isBase64Encoded: true });
    expect(reached.map((call) => call.body)).toEqual([{ name: 'Zoë' }]);
  });
});

describe('the address', () => {
  it.each<[string, UrlCall]>([
    ['at the root', { path: '/' }],
    ['at nothing', { path: '/nothing' }],
    ['with a slash at the end', { path: '/things/' }],
    ['with two slashes', { path: '//things' }],
    ['in another case', { path: '/Things' }],
    ['with a member left out', { path: '/things//parts/1' }],
    ['with a dot path', { path: '/things/../things' }],
    ['that is no percent-encoding', { path: '/things/%zz/parts/1' }],
    ['of a name of objects', { path: '/constructor' }],
    ['of the prototype', { path: '/__proto__' }],
  ])('is nothing %s', async (_, call) => {
    const { send, reached } = aFrame();
    const answer = await send(urlEvent(call));
    expect(answer).toMatchObject({ statusCode: 404, body: { error: { code: 'route.unknown' } } });
    expect(answer.headers).not.toHaveProperty('allow');
    expect(reached).toEqual([]);
  });

  it.each(['DELETE', 'HEAD', 'OPTIONS', 'PUT'])('says which methods there are to %s', async (method) => {
    const { send } = aFrame();
    const answer = await send(urlEvent({ method, path: '/things' }));
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: 'GET, POST' } });
    expect(answer.body.error.code).toBe('route.unknown');
  });

  it('gives its parts to the route, decoded once, a slash in them not a part', async () => {
    const { send, reached } = aFrame();
    await send(urlEvent({ path: '/things/a%2Fb/parts/%2525', query: 'limit=5&name=a+b' }));
    expect(reached).toMatchObject([{ params: { thingId: 'a/b', part: '%25' }, query: { limit: '5', name: 'a b' } }]);
  });
});

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const wide = (keys: number) =>
  JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, 1])));

describe('the body', () => {
  it.each<[string, unknown, number, string]>([
    ['that is no JSON', '{"name":', 400, 'request.malformed'],
    ['that is no object', '[]', 400, 'request.malformed'],
    ['of null', 'null', 400, 'request.malformed'],
    ['of 64 KiB and a byte', `{"a":"${'x'.repeat(65_529)}"}`, 413, 'request.tooLarge'],
    ['of 1 MB', `{"a":"${'x'.repeat(1_000_000)}"}`, 413, 'request.tooLarge'],
    ['nine levels deep', deep(9), 413, 'request.tooLarge'],
    ['10,000 levels deep', deep(10_000), 413, 'request.tooLarge'],
    ['of lists 30,000 levels deep', `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`, 413, 'request.tooLarge'],
    ['with 201 keys', wide(201), 413, 'request.tooLarge'],
    ['that reaches for the prototype', '{"__proto__":{"tenantId":"victim"}}', 400, 'request.fieldNotAllowed'],
    ['that does so deeper', '{"a":[{"constructor":{"prototype":1}}]}', 400, 'request.fieldNotAllowed'],
    ...[
      'externalId',
      'ExternalID',
      'external_id',
      'external-id',
      'sts:ExternalId',
      'externalIds',
      'nextExternalId',
      '\uff45xternalId',
    ].map((key): [string, unknown, number, string] => [
      `with ${key}`,
      { name: 'x', a: [{ [key]: 'cb' }] },
      400,
      'request.fieldNotAllowed',
    ]),
  ])('is refused %s', async (_, body, statusCode, code) => {
    const { send, reached } = aFrame();
    const startedAt = performance.now();
    const answer = await send(urlEvent({ method: 'POST', path: '/things', body }));
    expect(answer).toMatchObject({ statusCode, body: { error: { code } } });
    expect(reached).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(Reflect.get({}, 'tenantId')).toBeUndefined();
  });

  it('is refused where it is not UTF-8', async () => {
    const { send } = aFrame();
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64');
    const answer = await send({ ...urlEvent({ method: 'POST', path: '/things' }), body, isBase64Encoded: true });
    expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.malformed' } } });
  });

  it.each<[string, string, unknown]>([
    ['none', '/things', undefined],
    ['an empty text', '/things', ''],
    ['64 KiB', '/things', `{"a":"${'x'.repeat(65_528)}"}`],
    ['eight levels', '/things', deep(8)],
    ['200 keys', '/things', wide(200)],
    ['1,000 keys where the route takes them', '/many', wide(1_000)],
  ])('may be %s', async (_, path, body) => {
    const { send } = aFrame();
    expect(await send(urlEvent({ method: 'POST', path, body }))).toMatchObject({ statusCode: 200 });
  });
});

describe('the query', () => {
  it.each([
    ['limit=1&limit=2', 'request.fieldInvalid'],
    ['__proto__=1', 'request.fieldNotAllowed'],
    ['external%5Fid=cb', 'request.fieldNotAllowed'],
    [Array.from({ length: 201 }, (_, index) => `k${index}=1`).join('&'), 'request.tooLarge'],
  ])('is refused: %.40s', async (query, code) => {
    const { send } = aFrame();
    expect(await send(urlEvent({ path: '/things', query }))).toMatchObject({ body: { error: { code } } });
  });
});

describe('the answer', () => {
  it('is JSON that nobody keeps', async () => {
    const { send } = aFrame(() => ({ status: 201, answer: { made: true } }));
    expect(await send(urlEvent({ path: '/things' }))).toEqual({
      statusCode: 201,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: { made: true },
    });
  });

  it('says why, and what to do, of a refusal', async () => {
    const { send, log } = aFrame(() => ({ refused: 'registry.stale', explanation: 'version 3 is there, not 2' }));
    const answer = await send(urlEvent({ path: '/things' }));
    expect(answer).toMatchObject({ statusCode: 409, body: { error: { message: 'version 3 is there, not 2' } } });
    expect(answer.body.error.whatToDo).toMatch(/^Read it again/);
    expect(log.lines).toEqual([
      {
        transition: 'url.refused',
        route: 'GET /things',
        caller: OPERATOR,
        correlationId: 'lambda-request-1',
        code: 'registry.stale',
      },
    ]);
  });

  it.each<[string, Error, number, string, string]>([
    [
      'a store',
      new BrokerError('store.unavailable', 'tenants: AccessDenied'),
      503,
      'store.unavailable',
      'tenants: AccessDenied',
    ],
    ['the broker', new BrokerError('internal', 'an assertion about acme'), 500, 'internal', 'an assertion about acme'],
    ['whatever else', new TypeError('secret is not a function'), 500, 'internal', 'TypeError'],
  ])(
    'tells nothing of what broke in %s but its code, and the log where to look',
    async (_, error, status, code, told) => {
      const { send, log } = aFrame(() => {
        throw error;
      });
      const answer = await send(urlEvent({ path: '/things' }));
      expect(answer).toMatchObject({ statusCode: status, body: { error: { code } } });
      expect(answer.body.error.message).toContain('lambda-request-1');
      expect(JSON.stringify(answer)).not.toMatch(/AccessDenied|acme|secret/);
      expect(log.lines).toMatchObject([
        { transition: 'url.failed', code, explanation: told, correlationId: 'lambda-request-1' },
      ]);
    },
  );
});
