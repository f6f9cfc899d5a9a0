import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { managementRoutes } from '../../lib/management/management-routes.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { aRegistered, type ManagementWorld, managementWorld } from '../support/management-world.ts';
import { chosen, forms } from './chosen-external-ids.ts';

/** T4: what the pages of an operator do not offer is asked of what stands behind them: another external ID. */
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});

async function itemOf(tenantId: string): Promise<string> {
  const Key = { tenantId, record: 'tenant' };
  const command = new GetCommand({ TableName: tables.tenantsTable, Key, ConsistentRead: true });
  return JSON.stringify((await world.dynamo.send(command)).Item);
}

describe('the external ID of a tenant', () => {
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
});
