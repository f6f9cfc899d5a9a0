import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePolicyDocument } from '../../local/iam/policy-document.ts';
import { prefix, readManagedPolicy, region } from '../architecture/packaged-access.ts';
import { urlEvent } from '../support/url-event.ts';
import { sendRaw, signRaw } from '../unit/local/http/signed-fetch.ts';
import { stackForClients } from './outside-clients/stack-for-clients.ts';

const FUNCTION = `${prefix}-manage-tenants`;
const CUSTOMER = '222222222222';

/** Has what the template gives to operators, and nothing else. */
const jane = {
  arn: 'arn:aws:iam::111111111111:user/jane',
  accessKeyId: 'AKIAJANEJANEJANEJANE',
  secretAccessKey: 'jane-not-a-real-secret-xxxxxxxxxxxxxxxxx',
};
/** The operator of the accounts file, who may invoke whatever there is. */
const everyFunction = {
  accessKeyId: 'AKIALOCALOPERATORXXX',
  secretAccessKey: 'local-operator-not-a-real-secret-xxxxxxx',
};
const stranger = {
  accessKeyId: 'AKIALOCALSCANSCHEDUL',
  secretAccessKey: 'local-scan-scheduler-not-a-real-secret-x',
};

const stack = stackForClients();
beforeAll(async () => {
  stack().identities.addPrincipal({ ...jane, policy: await readManagedPolicy('OperatorsPolicy') });
});

type Keys = { readonly accessKeyId: string; readonly secretAccessKey: string };

function request(method: string, path: string, body?: object) {
  const text = body === undefined ? '' : JSON.stringify(body);
  // Node says no length of the body of a DELETE by itself.
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
  return { method, path: `/_url/${FUNCTION}${path}`, headers, body: text };
}

async function call(method: string, path: string, body?: object, keys: Keys = jane) {
  const { endpoint } = stack();
  const answer = await sendRaw(
    endpoint,
    await signRaw(request(method, path, body), { endpoint, service: 'lambda', keys }),
  );
  return { ...answer, body: JSON.parse(answer.body) };
}

async function invoke(keys: Keys, event: object) {
  const client = new LambdaClient({ endpoint: stack().endpoint, region, credentials: keys });
  const { Payload } = await client.send(
    new InvokeCommand({ FunctionName: FUNCTION, Payload: Buffer.from(JSON.stringify(event)) }),
  );
  return JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
}

async function item(tenantId: string) {
  const dynamo = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: stack().endpoint, region, credentials: everyFunction }),
  );
  const Key = { tenantId, record: 'tenant' };
  const { Item } = await dynamo.send(new GetCommand({ TableName: `${prefix}-tenants`, Key, ConsistentRead: true }));
  return JSON.stringify(Item);
}

describe('an operator, through the function URL', () => {
  it('takes a customer in, from its registration to a proven role, and stops it', async () => {
    const made = await call('POST', '/tenants', { tenantId: 'acme', name: 'Acme Corp', format: 'json' });
    expect(made).toMatchObject({ statusCode: 201, headers: { 'cache-control': 'no-store' } });
    const given = JSON.parse(made.body.onboarding.text);
    stack().identities.putRole({
      accountId: CUSTOMER,
      path: given.path,
      name: 'broker',
      trustPolicy: parsePolicyDocument(given.trustPolicy, 'trust'),
      policies: { jobs: parsePolicyDocument(given.permissionsPolicy, 'identity') },
    });

    const roleArn = `arn:aws:iam::${CUSTOMER}:role${given.path}broker`;
    expect(await call('POST', '/tenants/acme/roles', { roleArn })).toMatchObject({
      statusCode: 201,
      body: { status: 'pending' },
    });
    expect(await call('POST', '/tenants/acme/verification', {})).toMatchObject({
      statusCode: 200,
      body: { roles: [{ status: 'trusted', findings: [], capabilities: { sessionTags: true, sourceIdentity: true } }] },
    });
    expect((await call('GET', '/tenants')).body.tenants).toMatchObject([{ tenantId: 'acme', roles: { trusted: 1 } }]);

    const stopped = await call('POST', '/tenants/acme/suspension', { reason: 'a drill' });
    expect(stopped).toMatchObject({ statusCode: 200, body: { tenantId: 'acme', alive: [] } });
    expect((await call('GET', '/tenants/acme')).body).toMatchObject({
      suspension: { by: jane.arn, reason: 'a drill' },
    });
    expect(await call('DELETE', '/tenants/acme/suspension', { reason: 'over' })).toMatchObject({ statusCode: 200 });

    const { body } = await call('GET', '/tenants/acme/changes');
    const told = body.changes.map(({ change, by }: { change: string; by: string }) => `${change} ${by}`).sort();
    expect(told).toEqual([
      `role.connected ${jane.arn}`,
      `role.verified ${jane.arn}`,
      `tenant.registered ${jane.arn}`,
      `tenant.resumed ${jane.arn}`,
      `tenant.suspended ${jane.arn}`,
    ]);
    expect(JSON.stringify(body)).not.toContain(made.body.onboarding.externalId);
  });

  it('gives no tenant an external ID, and changes no byte by trying', async () => {
    await call('POST', '/tenants', { tenantId: 'globex', name: 'Globex' });
    const before = await item('globex');
    for (const body of [{ externalId: 'cb-mine' }, { version: 1, externalIds: { current: 'cb-mine' } }]) {
      const answer = await call('PATCH', '/tenants/globex', body);
      expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.fieldNotAllowed' } } });
    }
    expect(await item('globex')).toBe(before);
  });

  it('hears from the doctor that the deployment is well, under the packaged role', async () => {
    const { body } = await call('GET', '/doctor');
    expect(body.checks.filter(({ healthy }: { healthy: boolean }) => !healthy)).toEqual([]);
    expect(body.checks.length).toBeGreaterThan(8);
  });

  it('hears what there is at an address', async () => {
    expect(await call('GET', '/nothing')).toMatchObject({
      statusCode: 404,
      body: { error: { code: 'route.unknown' } },
    });
    expect(await call('PUT', '/tenants')).toMatchObject({ statusCode: 405, headers: { allow: 'GET, POST' } });
  });
});

describe('whoever is not an operator', () => {
  it('is refused without a signature', async () => {
    const answer = await sendRaw(stack().endpoint, request('GET', '/tenants'));
    expect(answer.statusCode).toBe(403);
    expect(answer.body).not.toContain('tenants');
  });

  it('is refused with the signature of another', async () => {
    const answer = await call('GET', '/tenants', undefined, stranger);
    expect(answer).toMatchObject({ statusCode: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } });
  });

  it('is refused where the body is another than was signed', async () => {
    const { endpoint } = stack();
    const signed = await signRaw(request('POST', '/tenants', { tenantId: 'mallory', name: 'a' }), {
      endpoint,
      service: 'lambda',
      keys: jane,
    });
    const answer = await sendRaw(endpoint, { ...signed, body: JSON.stringify({ tenantId: 'mallory', name: 'b' }) });
    expect(answer.statusCode).toBe(403);
    expect(await item('mallory')).toBeUndefined();
  });
});

describe('an invented context', () => {
  const forged = urlEvent({ method: 'POST', path: '/tenants', body: { tenantId: 'invented', name: 'x' } });

  it('is beyond what the policy of operators allows: it opens the URL alone', async () => {
    await expect(invoke(jane, forged)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await item('invented')).toBeUndefined();
  });

  it('is believed from whoever may invoke the function without that condition, which is why nobody is to have that', async () => {
    expect(await invoke(everyFunction, forged)).toMatchObject({ statusCode: 201 });
    expect(await item('invented')).toContain('assumed-role/operators/jane');
  });

  it('names nobody where it has no caller', async () => {
    const nobody = { ...forged, requestContext: { ...forged.requestContext, authorizer: null } };
    expect(await invoke(everyFunction, nobody)).toMatchObject({ statusCode: 403 });
  });
});
