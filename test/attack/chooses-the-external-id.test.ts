import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { managementRoutes } from '../../lib/management/management-routes.ts';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import { makeExternalId } from '../../lib/tenants/external-id.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { anId, aRegistered, type ManagementWorld, managementWorld } from '../support/management-world.ts';

/** T3 and T4: somebody gets to choose the external ID, when a tenant is made or later, or guesses or repeats one. */
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});

const chosen = 'cb-test1-0123abcd-0123-4abc-89ab-0123456789ab';
const forms: readonly (readonly [name: string, body: unknown])[] = [
  ['as a field', { externalId: chosen }],
  ['as the pair', { externalIds: { current: chosen } }],
  ['as the next one', { externalIds: { next: chosen } }],
  ['by AWS’s name', { ExternalId: chosen }],
  ['by the name in policies', { 'sts:ExternalId': chosen }],
  ['with a lower line', { external_id: chosen }],
  ['in the settings of a job', { settings: { 'scan-account': { externalId: chosen } } }],
  ['by the prototype', `{"name":"x","version":1,"__proto__":{"externalIds":{"current":"${chosen}"}}}`],
  ['by an escaped letter', `{"name":"x","version":1,"external\\u0049d":"${chosen}"}`],
  ['twice', `{"name":"x","version":1,"externalId":null,"externalId":"${chosen}"}`],
];

async function itemOf(tenantId: string): Promise<string> {
  const Key = { tenantId, record: 'tenant' };
  const command = new GetCommand({ TableName: tables.tenantsTable, Key, ConsistentRead: true });
  return JSON.stringify((await world.dynamo.send(command)).Item);
}

describe('an external ID', () => {
  it.each(forms)('is not taken when a tenant is made: %s', async (_, body) => {
    const tenantId = anId();
    const merged =
      typeof body === 'string'
        ? body.replace('{', `{"tenantId":"${tenantId}",`)
        : { tenantId, name: 'x', ...Object(body) };
    expect(await world.post('/tenants', merged)).toMatchObject({ statusCode: 400 });
    expect(await world.registry.readTenant(tenantId)).toBeUndefined();
  });

  it.each(forms)('is not changed, to the byte, by whoever may change a tenant: %s', async (_, body) => {
    const tenantId = await aRegistered(world);
    const before = await itemOf(tenantId);
    const merged = typeof body === 'string' ? body : { version: 1, name: 'x', ...Object(body) };
    const answer = await world.patch(`/tenants/${tenantId}`, merged);
    expect(answer).toMatchObject({ statusCode: 400 });
    expect(JSON.stringify(answer.body)).not.toContain(chosen);
    expect(await itemOf(tenantId)).toBe(before);
  });

  it('is taken by no route there is', async () => {
    const tenantId = await aRegistered(world);
    const before = await itemOf(tenantId);
    const routes = Object.keys(managementRoutes(world.dependencies)).map((name) => name.split(' '));
    expect(routes.length).toBeGreaterThan(20);
    for (const [method = '', pattern = ''] of routes) {
      const path = pattern
        .replace(':tenantId', tenantId)
        .replace(':accountId', '222222222222')
        .replace(/:\w+/g, 'scan-account');
      const { statusCode } = await world.send({
        method,
        path,
        body: { externalId: chosen, externalIds: { current: chosen } },
      });
      expect(statusCode, `${method} ${pattern}`).toBeGreaterThanOrEqual(400);
    }
    expect(await itemOf(tenantId)).toBe(before);
  });

  it('is never given twice, though the source of randomness repeats itself: the second tenant is not made', async () => {
    const ids = { ...systemIds, uuid: () => '0123abcd-0123-4abc-89ab-0123456789ab' };
    const config = { tenantsTable: tables.tenantsTable, deploymentId: 'test1', mode: 'shared', roleArnRules } as const;
    const registry = makeTenantRegistry({ dynamo: world.dynamo, clock: world.clock, ids, config });
    const [first, second] = [anId(), anId()];
    await registry.registerTenant({ tenantId: first, name: 'x', enabledJobs: [] }, 'by');
    const repeated = registry.registerTenant({ tenantId: second, name: 'x', enabledJobs: [] }, 'by');
    await expect(repeated).rejects.toMatchObject({ code: 'internal' });
    expect((await registry.readTenant(first))?.tenant.externalIds?.current).toBe(chosen);
    expect(await registry.readTenant(second)).toBeUndefined();
  });

  it('is another one each time, of a hundred thousand', () => {
    const seen = new Set<string>();
    for (let nth = 0; nth < 100_000; nth += 1) seen.add(makeExternalId('test1', systemIds).slice('cb-test1-'.length));
    expect(seen.size).toBe(100_000);
  });
});
