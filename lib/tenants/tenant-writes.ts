import * as v from 'valibot';
import { storeError } from '../platform/store-error.ts';
import { ROLES_PREFIX, TENANT_RECORD } from '../platform/table-keys.ts';
import { tenantSlot } from '../scheduling/slot.ts';
import type { Change } from './change.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import type { Tenant, TenantRole } from './tenant.ts';
import { changeIsRecorded, recordPreviousChange } from './tenant-history.ts';
import { readStoredRole, readStoredTenant, type StoredItem, type StoredRole, type Tombstone } from './tenant-items.ts';
import type { ItemKey } from './tenants-table.ts';

/** Reads and writes whole items. Each write is conditional on the item being still as it was read. */

/** The next state of an item. Its version and its last change are added when it is written. */
export type NextItem =
  | Omit<Tenant, 'version'>
  | Omit<TenantRole, 'version'>
  | Pick<Tombstone, 'tenantId' | 'record' | 'gone'>;

export async function readTenantItem(tenantId: string, { table }: RegistryDependencies) {
  const item = await table.read({ tenantId, record: TENANT_RECORD });
  return item === undefined ? undefined : checked(() => readStoredTenant(item));
}

export async function readRoleItem(key: ItemKey, { table }: RegistryDependencies) {
  const item = await table.read(key);
  return item === undefined ? undefined : checked(() => readStoredRole(item));
}

/** The items, tombstones included, whose record begins with this. */
export async function readRoleItems(
  { tenantId, prefix = ROLES_PREFIX }: { readonly tenantId: string; readonly prefix?: string },
  { table }: RegistryDependencies,
): Promise<readonly (StoredRole | Tombstone)[]> {
  const items = await table.readAll({ tenantId, prefix });
  return checked(() => items.map(readStoredRole));
}

/**
 * Writes the next state of an item. A change becomes the item's last one, after the one before it was copied to a
 * record of its own. Undefined when the item is not as it was read. Our own write whose answer was lost is recognised
 * by its id.
 */
export async function writeItem<Next extends NextItem>(
  { before, after, change }: { before: StoredItem | undefined; after: Next; change?: Change },
  dependencies: RegistryDependencies,
): Promise<(Next & { readonly version: number; readonly lastChange?: Change }) | undefined> {
  const { table } = dependencies;
  const writeId = newWriteId(dependencies);
  const version = (before?.version ?? 0) + 1;
  const recorded = change === undefined ? lastChangeOf(before) : { lastChange: change, changeVersion: version };
  const changeId = change === undefined ? before?.changeId : writeId;
  const item = {
    ...after,
    ...slotFor(after),
    version,
    ...recorded,
    writeId,
    ...(changeId === undefined ? {} : { changeId }),
  };
  const read = checked(() => (isRoleRecord(after) ? readStoredRole(item) : readStoredTenant(item)));
  if (change !== undefined && before !== undefined) await recordPreviousChange(before, table);
  const written = (await table.putIf(read, before)) || (await isOurs({ key: after, version, writeId }, dependencies));
  if (!written) return undefined;
  const { lastChange } = recorded;
  return { ...after, version, ...(lastChange === undefined ? {} : { lastChange }) };
}

/**
 * Makes every write fail that relies on an earlier read of this item, and changes nothing else. False when the item is
 * not as it was read.
 */
export async function fenceItem(
  { key, before }: { readonly key: ItemKey; readonly before: StoredItem | undefined },
  dependencies: RegistryDependencies,
): Promise<boolean> {
  const { tenantId, record } = key;
  const nothing: Tombstone = { tenantId, record, gone: true, version: 0 };
  return dependencies.table.putIf({ ...(before ?? nothing), writeId: newWriteId(dependencies) }, before);
}

export function newWriteId({ ids }: Pick<RegistryDependencies, 'ids'>): string {
  return Buffer.from(ids.randomBytes(16)).toString('hex');
}

/** Whether a write that seems to have failed is in the item after all, or was until another one followed it. */
async function isOurs(
  { key, version, writeId }: { readonly key: ItemKey; readonly version: number; readonly writeId: string },
  dependencies: RegistryDependencies,
): Promise<boolean> {
  const there = isRoleRecord(key)
    ? await readRoleItem(key, dependencies)
    : await readTenantItem(key.tenantId, dependencies);
  if (there?.writeId === writeId || there?.changeId === writeId) return true;
  return changeIsRecorded({ ...key, version, writeId }, dependencies.table);
}

function lastChangeOf(before: StoredItem | undefined): Pick<StoredItem, 'lastChange' | 'changeVersion'> {
  const { lastChange, changeVersion, version } = before ?? {};
  return lastChange === undefined ? {} : { lastChange, changeVersion: changeVersion ?? version };
}

/** Only a tenant has a slot: a tombstone is in no index. */
function slotFor(after: NextItem): { readonly slot?: string } {
  return isRoleRecord(after) || 'gone' in after ? {} : { slot: tenantSlot(after.tenantId) };
}

function isRoleRecord({ record }: { readonly record: string }): boolean {
  return record.startsWith(ROLES_PREFIX);
}

function checked<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (error instanceof v.ValiError) throw storeError(error, 'an item of a tenant');
    throw error;
  }
}
