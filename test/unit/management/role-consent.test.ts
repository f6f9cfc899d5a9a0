import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withTables } from '../../support/dynamo-tables.ts';
import {
  anAccountId,
  anArn,
  aRegistered,
  type ManagementWorld,
  managementWorld,
} from '../../support/management-world.ts';
import { OPERATOR } from '../../support/url-event.ts';

const GRACE = 'arn:aws:sts::111111111111:assumed-role/security/grace';
const SECURITY = 'arn:aws:iam::111111111111:role/security';
const OPERATORS = 'arn:aws:iam::111111111111:role/operators';

const MAY_CONSENT = ['role/security', 'role/operators', 'user/review-*', 'arn:aws:iam::222222222222:role/review'];

const stores = withTables();
let world: ManagementWorld;
let tenantId: string;
let accountId: string;
let roleArn: string;
beforeAll(() => {
  world = managementWorld(stores, { mayConsent: MAY_CONSENT });
});
beforeEach(async () => {
  tenantId = await aRegistered(world);
  accountId = anAccountId();
  roleArn = anArn(accountId);
});

const as = (caller: string, path: string, body: object) =>
  world.send({ method: 'POST', path: `/tenants/${tenantId}/${path}`, body, caller });
const connect = (body: object = { roleArn }, caller = OPERATOR) => as(caller, 'roles', body);
const consent = (body: object = { roleArn }, caller = GRACE) => as(caller, 'consent', body);

describe('POST /tenants/:tenantId/consent', () => {
  const awaited = { state: 'awaited', connectedBy: [OPERATORS] };

  it('lets a second person consent to a role, and shows by whom it has been', async () => {
    expect(await connect()).toMatchObject({ statusCode: 201, body: { consent: awaited } });
    const answer = await consent();
    const atMs = world.clock.nowMs();
    const given = { state: 'given', connectedBy: [OPERATORS], sinceMs: atMs, by: SECURITY, atMs };
    expect(answer).toMatchObject({ statusCode: 200, body: { roleArn, consent: given } });
    expect((await world.get(`/tenants/${tenantId}`)).body.roles).toMatchObject([{ consent: given }]);
    const { changes } = (await world.get(`/tenants/${tenantId}/changes`)).body;
    expect(changes[0]).toMatchObject({ change: 'role.consented', by: GRACE, before: { consent: awaited } });
  });

  it('takes a user of those that may, from this account alone', async () => {
    await connect();
    const user = (account: string) => `arn:aws:iam::${account}:user/review-grace`;
    expect(await consent({ roleArn }, user('222222222222'))).toMatchObject({ statusCode: 403 });
    expect(await consent({ roleArn }, user('111111111111'))).toMatchObject({ statusCode: 200 });
  });

  it('takes a role of another account where that is among those that may, whole', async () => {
    await connect();
    const inAccount = (account: string) => `arn:aws:sts::${account}:assumed-role/review/grace`;
    expect(await consent({ roleArn }, inAccount('111111111111'))).toMatchObject({ statusCode: 403 });
    expect(await consent({ roleArn }, inAccount('222222222222'))).toMatchObject({ statusCode: 200 });
  });

  it.each<[string, string, string]>([
    ['a role that is not among them', 'arn:aws:sts::111111111111:assumed-role/sales/grace', 'consent.notAllowed'],
    ['one of that name in another account', GRACE.replaceAll('1', '2'), 'consent.notAllowed'],
    ['the account’s root', 'arn:aws:iam::111111111111:root', 'consent.notAllowed'],
    ['a federated user of a fitting name', 'arn:aws:sts::111111111111:federated-user/review-x', 'consent.notAllowed'],
    ['who connected it', OPERATOR, 'consent.ownConnection'],
    ['who connected it, in another session', OPERATOR.replace('jane', 'grace'), 'consent.ownConnection'],
  ])('is refused to %s', async (_, caller, code) => {
    await connect();
    expect(await consent({ roleArn }, caller)).toMatchObject({ statusCode: 403, body: { error: { code } } });
    expect((await world.get(`/tenants/${tenantId}`)).body.roles).toMatchObject([{ consent: awaited }]);
  });

  it('tells who may not consent nothing of what is there', async () => {
    const nobody = 'arn:aws:iam::111111111111:user/nobody';
    const answers = [await consent({ roleArn }, nobody)];
    await connect();
    answers.push(await consent({ roleArn }, nobody), await consent({ roleArn, jobs: ['scan-account'] }, nobody));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it.each<[string, (own: string) => object, number, string]>([
    ['another role', () => ({ roleArn: anArn(anAccountId()) }), 404, 'account.unknown'],
    ['other jobs', (own) => ({ roleArn: own, jobs: ['scan-account'] }), 409, 'registry.stale'],
    ['a role of ours', () => ({ roleArn: anArn('111111111111') }), 400, 'account.roleArnInvalid'],
    ['nothing', () => ({}), 400, 'request.fieldInvalid'],
    ['who consents', (own) => ({ roleArn: own, by: 'me' }), 400, 'request.fieldNotAllowed'],
  ])('is refused for %s', async (_, body, statusCode, code) => {
    await connect();
    expect(await consent(body(roleArn))).toMatchObject({ statusCode, body: { error: { code } } });
  });

  it('is not awaited twice', async () => {
    await connect();
    await consent();
    expect(await consent()).toMatchObject({ statusCode: 200 });
    const other = 'arn:aws:iam::111111111111:user/review-two';
    expect(await consent({ roleArn }, other)).toMatchObject({ body: { error: { code: 'consent.notAwaited' } } });
  });

  it('is refused to everybody where no second person is asked for', async () => {
    const plain = managementWorld(stores);
    tenantId = await aRegistered(plain);
    const path = `/tenants/${tenantId}`;
    expect((await plain.post(`${path}/roles`, { roleArn })).body).not.toHaveProperty('consent');
    const answer = await plain.send({ method: 'POST', path: `${path}/consent`, body: { roleArn }, caller: GRACE });
    expect(answer).toMatchObject({ statusCode: 403, body: { error: { code: 'consent.notAllowed' } } });
    // Where the rule was there before, that is the only way out.
    expect(answer.body.error.message).toContain('disconnected and connected anew');
    expect((await plain.get('/tenants')).body.tenants[0]).not.toHaveProperty('awaitConsent');
  });
});

describe('POST /tenants/:tenantId/roles, where a second person consents', () => {
  it.each(['arn:aws:iam::111111111111:root', 'arn:aws:sts::111111111111:federated-user/operator'])(
    'is refused to %s, who could be the second person too',
    async (caller) => {
      expect(await connect({ roleArn }, caller)).toMatchObject({
        statusCode: 403,
        body: { error: { code: 'consent.notAllowed' } },
      });
    },
  );
});

describe('GET /tenants, where a second person consents', () => {
  it('counts what awaits consent, and finds tenants by it, those from before the rule too', async () => {
    const ids = async (consentOf: string) => {
      const { body } = await world.get('/tenants', `consent=${consentOf}&limit=100`);
      return body.tenants.map((row: { tenantId: string }) => row.tenantId);
    };
    await connect();
    const awaiting = tenantId;
    const consented = await aRegistered(world);
    tenantId = consented;
    roleArn = anArn(anAccountId());
    await connect();
    await consent();
    const plain = managementWorld(stores);
    const before = await aRegistered(plain);
    await plain.post(`/tenants/${before}/roles`, { roleArn: anArn(anAccountId()) });
    const bare = await aRegistered(plain);
    for (const [wanted, expected] of Object.entries({ awaited: awaiting, given: consented, none: before })) {
      const found = await ids(wanted);
      expect([awaiting, consented, before, bare].filter((id) => found.includes(id))).toEqual([expected]);
    }
    const { tenants } = (await world.get('/tenants', 'limit=100')).body;
    const rowOf = (id: string) => tenants.find((row: { tenantId: string }) => row.tenantId === id);
    expect(rowOf(awaiting)).toMatchObject({ awaitConsent: 1 });
    expect(rowOf(consented)).not.toHaveProperty('awaitConsent');
    expect(await world.get('/tenants', 'consent=perhaps')).toMatchObject({ statusCode: 400 });
  });

  it('goes on with a cursor of the same list alone', async () => {
    await connect();
    tenantId = await aRegistered(world);
    roleArn = anArn(anAccountId());
    await connect();
    const { cursor } = (await world.get('/tenants', 'consent=awaited&limit=1')).body;
    expect(await world.get('/tenants', `consent=awaited&limit=1&cursor=${cursor}`)).toMatchObject({ statusCode: 200 });
    expect(await world.get('/tenants', `consent=given&limit=1&cursor=${cursor}`)).toMatchObject({ statusCode: 400 });
    expect(await world.get('/tenants', `limit=1&cursor=${cursor}`)).toMatchObject({ statusCode: 400 });
  });
});
