import * as v from 'valibot';
import { storeError } from '../platform/store-error.ts';
import { accountClaimsRecord } from '../platform/table-keys.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import type { TenantRole } from './tenant.ts';
import { newWriteId } from './tenant-writes.ts';

export type Jobs = TenantRole['jobs'];

/**
 * Which jobs the roles of one account of a tenant serve, in one item. Two roles that are connected at the same time
 * both have to write this item, so that one of them sees the other. A role serves no job without a claim to it; a
 * claim may be wider than its role while a connection is under way, or when one was interrupted.
 */
const claimsSchema = v.strictObject({
  tenantId: v.string(),
  /** `account#<account id>`. */
  record: v.string(),
  /** By the record of the role. */
  claims: v.record(v.string(), v.union([v.literal('all'), v.array(v.string())])),
  writeId: v.optional(v.string()),
});
export type AccountClaims = v.InferOutput<typeof claimsSchema>;

type Account = { readonly tenantId: string; readonly accountId: string };

export async function readClaims(
  { tenantId, accountId }: Account,
  { table }: RegistryDependencies,
): Promise<AccountClaims | undefined> {
  const item = await table.read({ tenantId, record: accountClaimsRecord(accountId) });
  try {
    return item === undefined ? undefined : v.parse(claimsSchema, item);
  } catch (error) {
    throw storeError(error, 'the claims of an account');
  }
}

/** Gives what was written; undefined when the claims are not as they were read. */
export async function writeClaims(
  { tenantId, accountId }: Account,
  { before, claims }: { readonly before: AccountClaims | undefined; readonly claims: AccountClaims['claims'] },
  dependencies: RegistryDependencies,
): Promise<AccountClaims | undefined> {
  const after = { tenantId, record: accountClaimsRecord(accountId), claims, writeId: newWriteId(dependencies) };
  return (await dependencies.table.putIf(after, before)) ? after : undefined;
}

export function overlap(one: Jobs, other: Jobs): boolean {
  if (one === 'all') return other.length > 0;
  if (other === 'all') return one.length > 0;
  return one.some((job) => other.includes(job));
}

export function bothOf(one: Jobs, other: Jobs): Jobs {
  return one === 'all' || other === 'all' ? 'all' : [...new Set([...one, ...other])];
}

export function sameJobs(one: Jobs, other: 'all' | readonly string[]): boolean {
  if (one === 'all' || other === 'all') return one === other;
  return one.length === other.length && one.every((job) => other.includes(job));
}
