import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import type { ChangeNote } from './change.ts';
import { difference, makeChange } from './make-change.ts';
import { type RegistryDependencies, ROUNDS, refusal } from './registry-dependencies.ts';
import { type Tenant, tenantSchema } from './tenant.ts';
import { readBinding } from './tenant-bindings.ts';
import { isLive, tenantOf } from './tenant-items.ts';
import type { RegistryRefusal, TenantChange } from './tenant-registry.ts';
import { readTenantItem, writeItem } from './tenant-writes.ts';

const CHANGEABLE = [
  'name',
  'status',
  'externalIds',
  'enabledJobs',
  'settings',
  'schedule',
  'notes',
  'rotation',
  'legacyAccessKeyIds',
] as const satisfies readonly (keyof TenantChange)[];

/** Changes a tenant if it is still as it was read, and records the change. An offboarded tenant cannot be changed. */
export async function changeTenant(
  { before, change, note }: { readonly before: Tenant; readonly change: TenantChange; readonly note: ChangeNote },
  dependencies: RegistryDependencies,
): Promise<Tenant | RegistryRefusal> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const there = await readTenantItem(before.tenantId, dependencies);
    if (!isLive(there)) return refusal('tenant.unknown', 'no tenant has this id');
    if (there.version !== before.version) {
      return refusal('registry.stale', 'the tenant was changed meanwhile; read it and decide again');
    }
    if (there.status === 'offboarded') return refusal('tenant.offboarded', 'the tenant has left');
    const tenant = tenantOf(there);
    const { version: _, ...after } = changed(tenant, change);
    await checkExternalIds(tenant, after, dependencies);
    const atMs = dependencies.clock.nowMs();
    const recorded = makeChange(note, { atMs, ...difference(tenant, after, CHANGEABLE) });
    const written = await writeItem({ before: there, after, change: recorded }, dependencies);
    if (written !== undefined) return written;
  }
  throw new BrokerError('store.busy', 'the tenant was written again and again meanwhile');
}

function changed(tenant: Tenant, change: TenantChange): Tenant {
  const wanted = CHANGEABLE.flatMap((name) => (change[name] === undefined ? [] : [[name, change[name]] as const]));
  const members = Object.entries({ ...tenant, ...Object.fromEntries(wanted) }).filter(([, value]) => value !== null);
  const read = v.safeParse(tenantSchema, Object.fromEntries(members));
  if (!read.success) {
    const paths = read.issues.map((issue: v.BaseIssue<unknown>) => v.getDotPath(issue) ?? 'tenant');
    throw new BrokerError('internal', `a change makes no tenant: ${[...new Set(paths)].join(', ')}`);
  }
  return read.output;
}

/**
 * Takes only external IDs that were made here for this tenant. A rotation goes on exactly while there are two of them.
 */
async function checkExternalIds(
  before: Tenant,
  { tenantId, externalIds, rotation }: Omit<Tenant, 'version'>,
  dependencies: RegistryDependencies,
): Promise<void> {
  if ((externalIds?.next === undefined) !== (rotation === undefined)) {
    throw new BrokerError('internal', 'a rotation goes on exactly while there are two external IDs');
  }
  const known = before.externalIds;
  for (const value of [externalIds?.current, externalIds?.next]) {
    if (value === undefined || value === known?.current || value === known?.next) continue;
    const binding = await readBinding({ kind: 'external-id', value }, dependencies);
    if (dependencies.config.mode === 'dedicated' || binding?.owner !== tenantId) {
      throw new BrokerError('internal', 'an external ID was not made by this deployment for this tenant');
    }
  }
}
