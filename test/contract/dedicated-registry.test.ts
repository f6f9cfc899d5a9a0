import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import type { Tenant } from '../../lib/tenants/tenant.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { accepted, aTenantId, BY, connected } from './registry-under-test.ts';

const dynamo = withTables();
const config = { tenantsTable: tables.tenantsTable, deploymentId: 'test1', mode: 'dedicated', roleArnRules } as const;
const full = { refused: 'tenant.customerLimit' };

function aRegistry() {
  const registry = makeTenantRegistry({ dynamo: dynamo.client(), clock: frozenClock(), ids: systemIds, config });
  const register = (tenantId: string) => registry.registerTenant({ tenantId, name: 'A', enabledJobs: [] }, BY);
  const takeIn = (tenantId: string) =>
    registry.importTenant({ tenantId, name: 'A', enabledJobs: [], legacyAccessKeyIds: [], importId: 'i' }, BY);
  const leave = async (tenant: Tenant) =>
    accepted(await registry.changeTenant(tenant, { status: 'offboarded' }, { change: 'tenant.offboarded', by: BY }));
  return { registry, register, takeIn, leave };
}

describe('the registry of a dedicated deployment', () => {
  beforeEach(async () => {
    const client = dynamo.client();
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.tenantsTable }));
    for (const { tenantId, record } of Items) {
      await client.send(new DeleteCommand({ TableName: tables.tenantsTable, Key: { tenantId, record } }));
    }
  });

  it('has a customer without an external ID, and makes none', async () => {
    const { registry, register } = aRegistry();
    const tenant = accepted(await register(aTenantId()));
    expect(tenant.externalIds).toBeUndefined();
    expect(await registry.newExternalId(tenant.tenantId)).toBeUndefined();
    const note = { change: 'tenant.settingsChanged', by: BY } as const;
    const changing = registry.changeTenant(tenant, { externalIds: { current: 'cb-x' } }, note);
    await expect(changing).rejects.toMatchObject({ code: 'internal' });
    const role = await connected({ registry, write: async () => undefined }, { tenantId: tenant.tenantId });
    expect(role.status).toBe('pending');
  });

  it('refuses a second customer, registered or imported, and says why', async () => {
    const { registry, register, takeIn } = aRegistry();
    const first = aTenantId();
    await register(first);
    const second = aTenantId();
    for (const answer of [await register(second), await takeIn(second)]) {
      expect(answer).toMatchObject({ ...full, explanation: expect.stringContaining('run another deployment') });
    }
    expect(await registry.readTenant(second)).toBeUndefined();
    expect(await register(first)).toMatchObject({ refused: 'tenant.alreadyRegistered' });
  });

  it('keeps the place of a customer that left: its roles may still trust us, and no external ID tells them apart', async () => {
    const { register, takeIn, leave } = aRegistry();
    const first = aTenantId();
    await leave(accepted(await register(first)));
    expect(await register(aTenantId())).toMatchObject(full);
    expect(await takeIn(aTenantId())).toMatchObject(full);
    expect(accepted(await register(first)).version).toBeGreaterThan(2);
  });

  it('gives the place of an import that was taken back', async () => {
    const { registry, register, takeIn } = aRegistry();
    const first = aTenantId();
    accepted(await takeIn(first));
    expect(await register(aTenantId())).toMatchObject(full);
    await registry.undoImport({ tenantId: first, importId: 'i' });
    accepted(await register(aTenantId()));
  });

  it('has one customer, however many come at once and come back', async () => {
    const [one, other] = [aRegistry(), aRegistry()];
    const names = [aTenantId(), aTenantId(), aTenantId()];
    for (let round = 0; round < 40; round += 1) {
      const answers = await Promise.all(names.map((name, index) => (index % 2 === 0 ? one : other).register(name)));
      const taken = answers.flatMap((answer) => ('refused' in answer ? [] : [answer]));
      expect(taken).toHaveLength(1);
      const readings = await Promise.all(names.map((name) => one.registry.readTenant(name)));
      expect(readings.filter((reading) => reading?.tenant.status === 'active')).toHaveLength(1);
      for (const tenant of taken) await one.leave(tenant);
    }
  });
});
