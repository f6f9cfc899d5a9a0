import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withTables } from '../../support/dynamo-tables.ts';
import {
  anAccountId,
  anArn,
  aRegistered,
  type ManagementWorld,
  managementWorld,
  TRUSTED,
} from '../../support/management-world.ts';
import { OPERATOR } from '../../support/url-event.ts';

const stores = withTables();
let world: ManagementWorld;
let tenantId: string;
let accountId: string;
beforeAll(() => {
  world = managementWorld(stores);
});
beforeEach(async () => {
  world.proves(TRUSTED);
  tenantId = await aRegistered(world);
  accountId = anAccountId();
});

const connect = (body: object) => world.post(`/tenants/${tenantId}/roles`, body);
const verify = (body: object = {}) => world.post(`/tenants/${tenantId}/verification`, body);

describe('POST /tenants/:tenantId/roles', () => {
  it('connects a role, unproven, and says whether it is new', async () => {
    const body = { roleArn: anArn(accountId) };
    const expected = {
      tenantId,
      accountId,
      roleArn: anArn(accountId),
      roleName: 'scanner',
      jobs: 'all',
      status: 'pending',
      findings: [],
      capabilities: { sessionTags: false, sourceIdentity: false },
    };
    expect(await connect(body)).toMatchObject({ statusCode: 201, body: expected });
    expect(await connect(body)).toMatchObject({ statusCode: 200, body: expected });
  });

  it.each<[string, (own: string) => object, number, string]>([
    ['our own account', () => ({ roleArn: anArn('111111111111') }), 400, 'account.roleArnInvalid'],
    [
      'another partition',
      () => ({ roleArn: 'arn:aws-cn:iam::333333333333:role/credential-broker/x' }),
      400,
      'account.roleArnInvalid',
    ],
    ['outside the pattern', () => ({ roleArn: 'arn:aws:iam::333333333333:role/x' }), 400, 'account.roleArnInvalid'],
    ['a user', () => ({ roleArn: 'arn:aws:iam::333333333333:user/x' }), 400, 'account.roleArnInvalid'],
    [
      'a wildcard',
      () => ({ roleArn: 'arn:aws:iam::333333333333:role/credential-broker/*' }),
      400,
      'account.roleArnInvalid',
    ],
    ['no ARN', () => ({}), 400, 'request.fieldInvalid'],
    ['a job that there is not', (own) => ({ roleArn: anArn(own), jobs: ['mine-coins'] }), 400, 'job.unknown'],
    ['no job', (own) => ({ roleArn: anArn(own), jobs: [] }), 400, 'request.fieldInvalid'],
    ['an external ID', (own) => ({ roleArn: anArn(own), externalId: 'cb-mine' }), 400, 'request.fieldNotAllowed'],
    ['a status', (own) => ({ roleArn: anArn(own), status: 'trusted' }), 400, 'request.fieldNotAllowed'],
  ])('refuses %s', async (_, body, statusCode, code) => {
    expect(await connect(body(accountId))).toMatchObject({ statusCode, body: { error: { code } } });
    expect((await world.get(`/tenants/${tenantId}`)).body.roles).toEqual([]);
  });

  it('does not say whose a role is', async () => {
    await connect({ roleArn: anArn(accountId) });
    const mine = tenantId;
    tenantId = await aRegistered(world);
    const answer = await connect({ roleArn: anArn(accountId) });
    expect(answer).toMatchObject({ statusCode: 409, body: { error: { code: 'account.alreadyConnected' } } });
    expect(JSON.stringify(answer.body)).not.toContain(mine);
  });

  it('refuses a second role for the same job and account', async () => {
    await connect({ roleArn: anArn(accountId, 'one'), jobs: ['scan-account'] });
    const second = await connect({ roleArn: anArn(accountId, 'two'), jobs: ['scan-account'] });
    expect(second).toMatchObject({ statusCode: 400, body: { error: { code: 'account.roleAmbiguous' } } });
  });
});

describe('POST /tenants/:tenantId/verification', () => {
  it('has the roles probed, in the name of who asked, and shows what was found', async () => {
    await connect({ roleArn: anArn(accountId) });
    world.proves({ status: 'quarantined', findings: ['trust.noExternalIdAccepted'] });
    const answer = await verify({ accountId, roleName: 'scanner' });
    const asked = { tenantId, accountId, roleName: 'scanner', by: OPERATOR };
    expect(world.verified.at(-1)).toEqual(asked);
    expect(answer).toMatchObject({
      statusCode: 200,
      body: {
        roles: [
          {
            status: 'quarantined',
            verifiedAtMs: world.clock.nowMs(),
            findings: [
              {
                code: 'trust.noExternalIdAccepted',
                severity: 'unsafe',
                detail: expect.stringContaining('without'),
                fix: expect.stringContaining('sts:ExternalId'),
              },
            ],
          },
        ],
      },
    });
  });

  it('has what is paused put in use again only where that is asked for', async () => {
    await connect({ roleArn: anArn(accountId) });
    const lifts = async (body: object) => {
      await verify(body);
      return world.verified.at(-1)?.liftsPause;
    };
    expect(await lifts({})).toBeUndefined();
    expect(await lifts({ accountId, roleName: 'scanner' })).toBeUndefined();
    expect(await lifts({ accountId, liftsPause: false })).toBe(false);
    expect(await lifts({ accountId, liftsPause: true })).toBe(true);
    expect(await verify({ liftsPause: 'yes' })).toMatchObject({ statusCode: 400 });
  });

  it('shows until when a role that is refused stays pending', async () => {
    await connect({ roleArn: anArn(accountId) });
    const firstRefusedAtMs = world.clock.nowMs() - 60_000;
    world.proves({ status: 'pending', findings: ['trust.rightExternalIdRefused'], firstRefusedAtMs });
    const { body } = await verify();
    expect(body.roles).toMatchObject([{ status: 'pending', pendingUntilMs: firstRefusedAtMs + 300_000 }]);
  });

  it('answers with the roles that were named, and no others', async () => {
    const other = anAccountId();
    await connect({ roleArn: anArn(accountId, 'a'), jobs: ['scan-account'] });
    await connect({ roleArn: anArn(accountId, 'b'), jobs: ['process-logs'] });
    await connect({ roleArn: anArn(other, 'a') });
    const names = async (body: object) =>
      (await verify(body)).body.roles
        .map((role: { accountId: string; roleName: string }) => `${role.accountId} ${role.roleName}`)
        .sort();
    expect(await names({ accountId, roleName: 'b' })).toEqual([`${accountId} b`]);
    expect(await names({ accountId })).toEqual([`${accountId} a`, `${accountId} b`]);
    expect(await names({})).toEqual([`${accountId} a`, `${accountId} b`, `${other} a`]);
  });

  it.each<[string, (own: string) => object, number, string]>([
    ['no role at all', () => ({}), 409, 'account.none'],
    ['an account that is not connected', () => ({ accountId: '999999999998' }), 404, 'account.unknown'],
    ['a name without an account', () => ({ roleName: 'scanner' }), 400, 'request.fieldInvalid'],
    ['an account that is a number', () => ({ accountId: 222222222222 }), 400, 'request.fieldInvalid'],
    ['a caller of its own', () => ({ by: 'somebody' }), 400, 'request.fieldNotAllowed'],
  ])('refuses %s, and has nothing probed', async (_, body, statusCode, code) => {
    const before = world.verified.length;
    expect(await verify(body(accountId))).toMatchObject({ statusCode, body: { error: { code } } });
    expect(world.verified).toHaveLength(before);
  });
});

describe('DELETE /tenants/:tenantId/roles/:accountId/:roleName', () => {
  it('lets the role go, and its ARN be another tenant’s', async () => {
    await connect({ roleArn: anArn(accountId) });
    const gone = await world.del(`/tenants/${tenantId}/roles/${accountId}/scanner`);
    expect(gone).toMatchObject({ statusCode: 200, body: { roleName: 'scanner', accountId } });
    expect((await world.get(`/tenants/${tenantId}`)).body.roles).toEqual([]);
    tenantId = await aRegistered(world);
    expect(await connect({ roleArn: anArn(accountId) })).toMatchObject({ statusCode: 201 });
  });

  it.each([
    ['222222222222/nobody', 404, 'account.unknown'],
    ['22222222222/x', 400, 'request.fieldInvalid'],
    ['222222222222/a%2Fb', 400, 'request.fieldInvalid'],
    ['222222222222/%23', 400, 'request.fieldInvalid'],
    ['222222222222', 404, 'route.unknown'],
  ])('refuses %s', async (rest, statusCode, code) => {
    const answer = await world.del(`/tenants/${tenantId}/roles/${rest}`);
    expect(answer).toMatchObject({ statusCode, body: { error: { code } } });
  });

  it('takes no body', async () => {
    await connect({ roleArn: anArn(accountId) });
    const answer = await world.del(`/tenants/${tenantId}/roles/${accountId}/scanner`, { force: true });
    expect(answer).toMatchObject({ statusCode: 400, body: { error: { code: 'request.fieldInvalid' } } });
  });
});
