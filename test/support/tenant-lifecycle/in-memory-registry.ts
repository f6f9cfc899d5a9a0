import { sha256Hex } from '../../../lib/platform/ids.ts';
import type { Change } from '../../../lib/tenants/change.ts';
import type { Tenant, TenantReading, TenantRole } from '../../../lib/tenants/tenant.ts';
import type { RegistryRefusal, TenantRegistry } from '../../../lib/tenants/tenant-registry.ts';
import type { FrozenClock } from '../frozen-clock.ts';

type Used = Pick<
  TenantRegistry,
  | 'readTenant'
  | 'changeTenant'
  | 'newExternalId'
  | 'disconnectRole'
  | 'importTenant'
  | 'undoImport'
  | 'recordVerification'
>;
export type InMemoryRegistry = Used & {
  readonly tenants: Map<string, TenantReading>;
  /** Every change, the oldest first. */
  readonly changes: (Change & { readonly tenantId: string })[];
  put(reading: TenantReading): void;
};

/** What of the registry the life of a tenant uses, in memory: versions, changes, and no external ID twice. */
export function inMemoryRegistry(clock: FrozenClock, { dedicated = false } = {}): InMemoryRegistry {
  const tenants = new Map<string, TenantReading>();
  const changes: InMemoryRegistry['changes'] = [];
  let made = 0;

  function recorded<Item extends Tenant | TenantRole>(item: Item, change: Omit<Change, 'atMs'>): Item {
    const lastChange = { ...change, atMs: clock.nowMs() };
    changes.push({ ...lastChange, tenantId: item.tenantId });
    return { ...item, lastChange, version: item.version + 1 };
  }

  return {
    tenants,
    changes,
    put(reading) {
      tenants.set(reading.tenant.tenantId, structuredClone(reading));
    },
    async readTenant(tenantId) {
      return structuredClone(tenants.get(tenantId));
    },
    async changeTenant(before, change, note) {
      const there = tenants.get(before.tenantId);
      if (there?.tenant.version !== before.version) return stale();
      const kept = Object.entries({ ...there.tenant, ...change }).filter(([, value]) => value !== null);
      const tenant = recorded(Object.fromEntries(kept) as Tenant, note);
      tenants.set(before.tenantId, { ...there, tenant });
      return structuredClone(tenant);
    },
    async newExternalId(tenantId) {
      made += 1;
      return dedicated
        ? undefined
        : `cb-test1-5ec2e700-0000-4000-8000-${sha256Hex(`${tenantId} ${made}`).slice(0, 12)}`;
    },
    async disconnectRole(role, by) {
      const there = tenants.get(role.tenantId);
      const found = there?.roles.find(({ record }) => record === role.record);
      if (there === undefined || found?.version !== role.version) return stale();
      tenants.set(role.tenantId, { ...there, roles: there.roles.filter((other) => other !== found) });
      return recorded(found, { change: 'role.disconnected', by });
    },
    async importTenant(
      { tenantId, name, enabledJobs, settings = {}, importId, legacyAccessKeyIds, schedule, notes },
      by,
    ) {
      if (tenants.has(tenantId)) return { refused: 'tenant.alreadyRegistered', explanation: 'there is one' };
      const named = { tenantId, record: 'tenant' as const, name, status: 'migrating' as const, importId };
      const has = { enabledJobs: [...enabledJobs], settings: { ...settings }, createdAtMs: clock.nowMs(), version: 0 };
      const extras = { ...(schedule === undefined ? {} : { schedule }), ...(notes === undefined ? {} : { notes }) };
      const item = { ...named, ...has, ...extras, legacyAccessKeyIds: [...legacyAccessKeyIds] };
      const tenant: Tenant = recorded<Tenant>(item, { change: 'tenant.imported', by });
      tenants.set(tenantId, { tenant, roles: [] });
      return structuredClone(tenant);
    },
    async undoImport({ tenantId, importId }) {
      const tenant = tenants.get(tenantId)?.tenant;
      if (tenant?.importId !== importId || tenant.lastChange?.change !== 'tenant.imported') return false;
      return tenants.delete(tenantId);
    },
    async recordVerification(role, proof, by) {
      const there = tenants.get(role.tenantId);
      const found = there?.roles.find(({ record }) => record === role.record);
      if (there === undefined || found?.version !== role.version) return stale();
      const proven = recorded({ ...found, ...proof }, { change: 'role.verified', by });
      tenants.set(role.tenantId, { ...there, roles: there.roles.map((other) => (other === found ? proven : other)) });
      return structuredClone(proven);
    },
  };
}

function stale(): RegistryRefusal {
  return { refused: 'registry.stale', explanation: 'changed meanwhile' };
}
