import { describe, expect, it } from 'vitest';
import { SLOT, tenantSlot } from '../../lib/scheduling/slot.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import { makeTenantsInSlot, type SlotTenant } from '../../lib/tenants/tenants-in-slot.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { failingWith } from '../support/failing-dynamo.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { accepted, BY, countingIdsOfTheirOwn } from './registry-under-test.ts';

const dynamo = withTables();

function aRegistry() {
  const config = { ...tables, deploymentId: 'test1', mode: 'shared' as const, roleArnRules };
  return makeTenantRegistry({ dynamo: dynamo.client(), clock: frozenClock(), ids: countingIdsOfTheirOwn(), config });
}

async function allIn(slot: string, limit = 100) {
  const read = makeTenantsInSlot({ dynamo: dynamo.client(), config: tables });
  const found: SlotTenant[] = [];
  for (let isLast = false; !isLast; ) {
    const page = await read({ slot, limit, afterTenantId: found.at(-1)?.tenantId });
    found.push(...page.tenants);
    isLast = page.isLast;
  }
  return found;
}

/** Ids whose tenants share a slot. */
function idsOfOneSlot(count: number): readonly string[] {
  const slot = tenantSlot('tenant-0');
  const ids = Array.from({ length: 20_000 }, (_, index) => `tenant-${index}`);
  return ids.filter((id) => tenantSlot(id) === slot).slice(0, count);
}

describe('the tenants of a slot', () => {
  const ids = idsOfOneSlot(5);
  const slot = tenantSlot('tenant-0');

  it('are those that were registered or imported, with what a schedule goes by and nothing else', async () => {
    const registry = aRegistry();
    const [registered = '', imported = '', ...others] = ids;
    await registry.registerTenant({ tenantId: registered, name: 'One', enabledJobs: ['scan-account'] }, BY);
    const schedule = { 'scan-account': { everyHours: 24 } };
    const keys = { legacyAccessKeyIds: ['AKIAEXAMPLE000000000'], importId: 'import-1' };
    await registry.importTenant({ tenantId: imported, name: 'Two', enabledJobs: [], schedule, ...keys }, BY);
    for (const tenantId of others) await registry.registerTenant({ tenantId, name: 'More', enabledJobs: [] }, BY);

    const found = await allIn(slot);
    expect(found.map(({ tenantId }) => tenantId)).toEqual([...ids].sort());
    expect(found.find(({ tenantId }) => tenantId === registered)).toEqual({
      tenantId: registered,
      status: 'active',
      enabledJobs: ['scan-account'],
    });
    expect(found.find(({ tenantId }) => tenantId === imported)).toEqual({
      tenantId: imported,
      status: 'migrating',
      enabledJobs: [],
      schedule,
    });
  });

  it.each([1, 2, 5])('come page by page, %d at a time, each once', async (limit) => {
    expect((await allIn(slot, limit)).map(({ tenantId }) => tenantId)).toEqual([...ids].sort());
  });

  it('go on after an id that is not there', async () => {
    const read = makeTenantsInSlot({ dynamo: dynamo.client(), config: tables });
    const [first = '', ...rest] = [...ids].sort();
    const page = await read({ slot, limit: 100, afterTenantId: `${first}-gone` });
    expect(page.tenants.map(({ tenantId }) => tenantId)).toEqual(rest.filter((id) => id > `${first}-gone`));
  });

  it('stay there through a change, without the slot being a part of the tenant', async () => {
    const registry = aRegistry();
    const tenantId = 'changed-tenant';
    const made = accepted(await registry.registerTenant({ tenantId, name: 'Changed', enabledJobs: [] }, BY));
    expect(made).not.toHaveProperty('slot');
    const changed = await registry.changeTenant(
      made,
      { enabledJobs: ['scan-account'] },
      { change: 'tenant.settingsChanged', by: BY },
    );
    expect(accepted(changed)).not.toHaveProperty('slot');
    expect(await allIn(tenantSlot(tenantId))).toContainEqual({
      tenantId,
      status: 'active',
      enabledJobs: ['scan-account'],
    });
  });

  it('leave with the import that is undone', async () => {
    const registry = aRegistry();
    const tenantId = 'undone-tenant';
    const keys = { legacyAccessKeyIds: [], importId: 'import-2' };
    await registry.importTenant({ tenantId, name: 'Undone', enabledJobs: [], ...keys }, BY);
    expect(await registry.undoImport({ tenantId, importId: 'import-2' })).toBe(true);
    expect((await allIn(tenantSlot(tenantId))).map((one) => one.tenantId)).not.toContain(tenantId);
  });

  it('are an exception where they cannot be read', async () => {
    const broken = failingWith(dynamo.client(), new Error('away'));
    await expect(makeTenantsInSlot({ dynamo: broken, config: tables })({ slot, limit: 1 })).rejects.toMatchObject({
      code: 'store.unavailable',
    });
  });
});

describe('slots', () => {
  it('are 288, and a hundred thousand tenants lie in them evenly', () => {
    const counts = new Map<string, number>();
    for (let index = 0; index < 100_000; index += 1) {
      const slot = tenantSlot(`tenant-${index}`);
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
    expect(counts.size).toBe(288);
    expect([...counts.keys()].every((slot) => SLOT.test(slot))).toBe(true);
    // 347 each on average; six standard deviations to either side.
    expect(Math.min(...counts.values())).toBeGreaterThan(235);
    expect(Math.max(...counts.values())).toBeLessThan(460);
  });
});
