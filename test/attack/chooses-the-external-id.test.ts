import { beforeAll, describe, expect, it } from 'vitest';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import { makeExternalId } from '../../lib/tenants/external-id.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { anId, type ManagementWorld, managementWorld } from '../support/management-world.ts';
import { chosen, forms } from './chosen-external-ids.ts';

/** T3: somebody gets to choose the external ID of a tenant that is made, or guesses or repeats one. */
const stores = withTables();
let world: ManagementWorld;
beforeAll(() => {
  world = managementWorld(stores);
});

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
