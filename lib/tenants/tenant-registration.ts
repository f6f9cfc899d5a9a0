import { BrokerError } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { TENANT_RECORD } from '../platform/table-keys.ts';
import { makeChange } from './make-change.ts';
import { type RegistryDependencies, ROUNDS, refusal } from './registry-dependencies.ts';
import { disconnectRole } from './role-disconnection.ts';
import { claimSoleCustomer } from './sole-customer.ts';
import { TENANT_ID, type Tenant } from './tenant.ts';
import { newExternalId } from './tenant-bindings.ts';
import { isLive, roleOf, type StoredTenant, type Tombstone, tenantOf } from './tenant-items.ts';
import type { LegacyTenant, NewTenant, RegistryRefusal } from './tenant-registry.ts';
import { readRoleItems, readTenantItem, writeItem } from './tenant-writes.ts';

/** Registers a tenant. Importing tenants, and undoing an import, is here too. */
export async function registerTenant(
  tenant: NewTenant,
  by: string,
  dependencies: RegistryDependencies,
): Promise<Tenant | RegistryRefusal> {
  const { tenantId } = tenant;
  let externalId: string | undefined;
  return inRounds(tenantId, dependencies, async (there) => {
    if (isLive(there)) {
      if (there.status !== 'offboarded') return alreadyRegistered();
      await disconnectAll(there, by, dependencies);
    }
    const claim = await claimDeployment(tenantId, dependencies);
    if (claim !== 'taken') return claim;
    externalId ??= await newExternalId(tenantId, dependencies);
    const after: NewItem = {
      ...newTenant(tenant, dependencies),
      status: 'active',
      ...(externalId === undefined ? {} : { externalIds: { current: externalId } }),
    };
    const change = makeChange({ change: 'tenant.registered', by }, { atMs: after.createdAtMs });
    return (await writeItem({ before: there, after, change }, dependencies)) ?? 'contended';
  });
}

/** Imports a tenant as `migrating`. A tenant that the same import brought in before is given as it is. */
export async function importTenant(
  tenant: LegacyTenant,
  by: string,
  dependencies: RegistryDependencies,
): Promise<Tenant | RegistryRefusal> {
  return inRounds(tenant.tenantId, dependencies, async (there) => {
    const after = legacyTenant(tenant, dependencies);
    if (isLive(there)) return importedAlready(there, after);
    const claim = await claimDeployment(tenant.tenantId, dependencies);
    if (claim !== 'taken') return claim;
    const change = makeChange({ change: 'tenant.imported', by }, { atMs: after.createdAtMs });
    return (await writeItem({ before: there, after, change }, dependencies)) ?? 'contended';
  });
}

export async function undoImport(
  { tenantId, importId }: { readonly tenantId: string; readonly importId: string },
  dependencies: RegistryDependencies,
): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const there = await readTenantItem(tenantId, dependencies);
    if (!isLive(there) || there.importId !== importId || !isAsImported(there)) return false;
    const roles = await readRoleItems({ tenantId }, dependencies);
    if (roles.some(isLive)) return false;
    const after = { tenantId, record: TENANT_RECORD, gone: true as const };
    if ((await writeItem({ before: there, after }, dependencies)) === undefined) continue;
    // A connection that had read the tenant before it was removed may have written its role since.
    await disconnectAll({ tenantId }, 'the undoing of an import', dependencies);
    return true;
  }
  throw tooManyRounds();
}

type NewItem = Omit<Tenant, 'version'>;
type Attempt = Tenant | RegistryRefusal | 'contended';

/** Starts again until nobody changed the item between its read and its write. */
async function inRounds(
  tenantId: string,
  dependencies: RegistryDependencies,
  attempt: (there: StoredTenant | Tombstone | undefined) => Promise<Attempt>,
): Promise<Tenant | RegistryRefusal> {
  if (!TENANT_ID.test(tenantId)) {
    return refusal('tenant.idInvalid', 'a tenant id is 2 to 63 of a-z, 0-9 and inner hyphens');
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const answer = await attempt(await readTenantItem(tenantId, dependencies));
    if (answer !== 'contended') return answer;
  }
  throw tooManyRounds();
}

function newTenant({ tenantId, name, enabledJobs, settings }: NewTenant, { clock }: RegistryDependencies) {
  return {
    tenantId,
    record: TENANT_RECORD,
    name,
    enabledJobs: [...enabledJobs],
    settings: { ...settings },
    createdAtMs: clock.nowMs(),
  } satisfies Partial<Tenant>;
}

function legacyTenant(tenant: LegacyTenant, dependencies: RegistryDependencies): NewItem {
  const { importId, legacyAccessKeyIds, schedule, notes } = tenant;
  return {
    ...newTenant(tenant, dependencies),
    status: 'migrating',
    importId,
    legacyAccessKeyIds: [...legacyAccessKeyIds],
    ...(schedule === undefined ? {} : { schedule }),
    ...(notes === undefined ? {} : { notes }),
  };
}

function importedAlready(there: StoredTenant, after: NewItem): Tenant | RegistryRefusal {
  if (there.status === 'offboarded') return refusal('tenant.offboarded', 'this tenant has left: register it again');
  return isAsImported(there) && isTheSame(tenantOf(there), after) ? tenantOf(there) : alreadyRegistered();
}

/** A shared deployment takes any number of tenants, a dedicated one a single one. */
async function claimDeployment(tenantId: string, dependencies: RegistryDependencies) {
  if (dependencies.config.mode === 'shared') return 'taken';
  const claim = await claimSoleCustomer(tenantId, dependencies);
  if (claim !== 'held') return claim;
  return refusal(
    'tenant.customerLimit',
    'this deployment is dedicated to one customer, and has it; run another deployment, in an AWS account of its own, for another customer',
  );
}

/** Removes the roles that an interrupted offboarding left behind, so that they do not come back with the tenant. */
async function disconnectAll(
  { tenantId }: Pick<StoredTenant, 'tenantId'>,
  by: string,
  dependencies: RegistryDependencies,
) {
  const roles = await readRoleItems({ tenantId }, dependencies);
  for (const role of roles.filter(isLive)) await disconnectRole(roleOf(role), by, dependencies);
}

function isAsImported({ status, lastChange, changeVersion, version }: StoredTenant): boolean {
  return status === 'migrating' && lastChange?.change === 'tenant.imported' && (changeVersion ?? version) === version;
}

function isTheSame(there: Tenant, after: NewItem): boolean {
  const { version: _, lastChange: _change, createdAtMs: _createdAtMs, ...said } = there;
  const { createdAtMs: _now, lastChange: _none, ...asked } = after;
  return canonicalJson(said) === canonicalJson(asked);
}

function alreadyRegistered(): RegistryRefusal {
  return refusal('tenant.alreadyRegistered', 'a tenant with this id is registered already');
}

function tooManyRounds(): BrokerError {
  return new BrokerError('store.busy', 'the tenant was changed again and again meanwhile');
}
