import * as v from 'valibot';
import { SLOT } from '../scheduling/slot.ts';
import { changeSchema } from './change.ts';
import { TENANT_ID, type Tenant, type TenantRole, tenantRoleSchema, tenantSchema } from './tenant.ts';

/**
 * What an item of a tenant or of a role holds beside what it says: whose write it is, so that a write whose answer was
 * lost is known again, and the version that its `lastChange` made.
 */
const bookkeeping = {
  /** Another one with every write, also with those that leave the version as it is. */
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
 * What is left where a tenant or a role was: its version goes on from here, so that no two changes have the same key,
 * and a write that began before fails. In no index: it has no status.
 */
const goneSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  record: v.string(),
  gone: v.literal(true),
  lastChange: v.optional(changeSchema),
  version: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  ...bookkeeping,
});

export type StoredTenant = v.InferOutput<typeof storedTenantSchema>;
export type StoredRole = v.InferOutput<typeof storedRoleSchema>;
export type Gone = v.InferOutput<typeof goneSchema>;
export type StoredItem = StoredTenant | StoredRole | Gone;

/** Throws a `ValiError` when the item does not have its shape. */
export function readStoredTenant(item: unknown): StoredTenant | Gone {
  return isGone(item) ? v.parse(goneSchema, item) : v.parse(storedTenantSchema, item);
}

/** Throws a `ValiError` when the item does not have its shape. */
export function readStoredRole(item: unknown): StoredRole | Gone {
  return isGone(item) ? v.parse(goneSchema, item) : v.parse(storedRoleSchema, item);
}

/** The tenant as everybody else knows it. */
export function tenantOf(stored: StoredTenant): Tenant {
  const { writeId: _, changeId: _id, changeVersion: _version, slot: _slot, ...tenant } = stored;
  return tenant;
}

/** The role as everybody else knows it. */
export function roleOf({ writeId: _, changeId: _id, changeVersion: _version, ...role }: StoredRole): TenantRole {
  return role;
}

export function isLive<Item extends StoredItem>(item: Item | undefined): item is Exclude<Item, Gone> {
  return item !== undefined && !('gone' in item);
}

function isGone(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'gone' in item;
}
