import * as v from 'valibot';
import { SLOT } from '../scheduling/slot.ts';
import { changeSchema } from './change.ts';
import { TENANT_ID, type Tenant, type TenantRole, tenantRoleSchema, tenantSchema } from './tenant.ts';

/**
 * What an item holds besides the tenant or role itself: the id of its last write, by which a write with a lost answer
 * is recognised, and the version that its `lastChange` made.
 */
const bookkeeping = {
  /** A new id with every write, even one that leaves the version as it is. */
  writeId: v.optional(v.string()),
  /** The `writeId` of the write that made `lastChange`. */
  changeId: v.optional(v.string()),
  changeVersion: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
};

const storedTenantSchema = v.strictObject({
  ...tenantSchema.entries,
  ...bookkeeping,
  /** Where the schedules find the tenant: see `lib/scheduling/slot.ts`. Given to it with every write. */
  slot: v.optional(v.pipe(v.string(), v.regex(SLOT))),
});
const storedRoleSchema = v.strictObject({ ...tenantRoleSchema.entries, ...bookkeeping });

/**
 * What is left of a removed tenant or role. Its version goes on from here, so that no two changes have the same key
 * and a write that began before fails. It has no status, and so is in no index.
 */
const tombstoneSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  record: v.string(),
  gone: v.literal(true),
  lastChange: v.optional(changeSchema),
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  ...bookkeeping,
});

export type StoredTenant = v.InferOutput<typeof storedTenantSchema>;
export type StoredRole = v.InferOutput<typeof storedRoleSchema>;
export type Tombstone = v.InferOutput<typeof tombstoneSchema>;
export type StoredItem = StoredTenant | StoredRole | Tombstone;

/** Throws a `ValiError` when the item does not have its shape. */
export function readStoredTenant(item: unknown): StoredTenant | Tombstone {
  return isTombstone(item) ? v.parse(tombstoneSchema, item) : v.parse(storedTenantSchema, item);
}

/** Throws a `ValiError` when the item does not have its shape. */
export function readStoredRole(item: unknown): StoredRole | Tombstone {
  return isTombstone(item) ? v.parse(tombstoneSchema, item) : v.parse(storedRoleSchema, item);
}

/** The tenant, without what only the registry needs. */
export function tenantOf(stored: StoredTenant): Tenant {
  const { writeId: _, changeId: _id, changeVersion: _version, slot: _slot, ...tenant } = stored;
  return tenant;
}

/** The role, without what only the registry needs. */
export function roleOf({ writeId: _, changeId: _id, changeVersion: _version, ...role }: StoredRole): TenantRole {
  return role;
}

export function isLive<Item extends StoredItem>(item: Item | undefined): item is Exclude<Item, Tombstone> {
  return item !== undefined && !('gone' in item);
}

function isTombstone(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'gone' in item;
}
