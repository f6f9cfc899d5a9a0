import * as v from 'valibot';
import { storeError } from '../platform/store-error.ts';
import { ROLES_PREFIX, TENANT_RECORD } from '../platform/table-keys.ts';
import { tenantSlot } from '../scheduling/slot.ts';
import type { Change } from './change.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import type { Tenant, TenantRole } from './tenant.ts';
import { changeIsRecorded, recordPreviousChange } from './tenant-history.ts';
import { type Gone, readStoredRole, readStoredTenant, type StoredItem, type StoredRole } from './tenant-items.ts';
import type { ItemKey } from './tenants-table.ts';

/** Reads and writes of whole items, each write on the condition that the item is still as it was read. */

/** What an item is to become; its version and its last change are given to it as it is written. */
export type NextItem =
  | Omit<Tenant, 'version'>
  | Omit<TenantRole, 'version'>
  | Pick<Gone, 'tenantId' | 'record' | 'gone'>;

export async function readTenantItem(tenantId: string, { table }: RegistryDependencies) {
  const item = await table.read({ tenantId, record: TENANT_RECORD });
  return item === undefined ? undefined : checked(() => readStoredTenant(item));
}

export async function readRoleItem(key: ItemKey, { table }: RegistryDependencies) {
  const item = await table.read(key);
  return item === undefined ? undefined : checked(() => readStoredRole(item));
}

/** Live roles and what is left of others, of the records that begin so. */
export async function readRoleItems(
  { tenantId, prefix = ROLES_PREFIX }: { readonly tenantId: string; readonly prefix?: string },
  { table }: RegistryDependencies,
): Promise<readonly (StoredRole | Gone)[]> {
  const items = await table.readAll({ tenantId, prefix });
  return checked(() => items.map(readStoredRole));
}

/**
 * Writes the next state of an item. With a change, that stands in the item from then on, and the one that stood there
 * gets a record of its own first. Undefined when the item is not as it was read; a write of our own whose answer was
 * lost is known by its id.
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
 * Makes every write fail that goes by an earlier reading of this item, and changes nothing else of it. False when the
 * item is not as it was read.
 */
export async function fenceItem(
  { key, before }: { readonly key: ItemKey; readonly before: StoredItem | undefined },
  dependencies: RegistryDependencies,
): Promise<boolean> {
  const { tenantId, record } = key;
  const nothing: Gone = { tenantId, record, gone: true, version: 0 };
  return dependencies.table.putIf({ ...(before ?? nothing), writeId: newWriteId(dependencies) }, before);
}

export function newWriteId({ ids }: Pick<RegistryDependencies, 'ids'>): string {
  return Buffer.from(ids.randomBytes(16)).toString('hex');
}

/** Is the write that seems to have failed in the item, or was it there until another one came after it? */
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

/** Of a tenant alone; what is left of one is in no index. */
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
