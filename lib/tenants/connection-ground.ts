import { accountRolesPrefix } from '../platform/table-keys.ts';
import { type AccountClaims, type Jobs, overlap, readClaims } from './account-claims.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import { type Binding, readBinding } from './tenant-bindings.ts';
import { type Gone, isLive, type StoredRole, type StoredTenant } from './tenant-items.ts';
import { fenceItem, readRoleItem, readRoleItems, readTenantItem } from './tenant-writes.ts';

/** A role as it is to be connected, its ARN read. */
export type WantedRole = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly record: string;
  readonly roleArn: string;
  readonly jobs: Jobs;
  readonly by: string;
};

/** What a connection has to go by, read consistently, though not at one instant: every write is conditional on it. */
export type ConnectionGround = {
  readonly tenant: StoredTenant | Gone | undefined;
  /** The item of the role itself. */
  readonly there: StoredRole | Gone | undefined;
  /** The items of the account's other roles, by record. */
  readonly others: ReadonlyMap<string, StoredRole | Gone>;
  readonly claims: AccountClaims | undefined;
  readonly binding: Binding | undefined;
};

export async function readGround(wanted: WantedRole, dependencies: RegistryDependencies): Promise<ConnectionGround> {
  const { tenantId, accountId, roleArn, record } = wanted;
  const [tenant, roles, claims, binding] = await Promise.all([
    readTenantItem(tenantId, dependencies),
    readRoleItems({ tenantId, prefix: accountRolesPrefix(accountId) }, dependencies),
    readClaims({ tenantId, accountId }, dependencies),
    readBinding({ kind: 'role-arn', value: roleArn }, dependencies),
  ]);
  const byRecord = new Map(roles.map((role) => [role.record, role]));
  const there = byRecord.get(record);
  byRecord.delete(record);
  return { tenant, there, others: byRecord, claims, binding };
}

/** Does another role of the account answer for one of these jobs? */
export function isAmbiguous({ jobs }: WantedRole, { others }: ConnectionGround): boolean {
  return [...others.values()].some((role) => isLive(role) && overlap(role.jobs, jobs));
}

/**
 * The claims of the account's other roles, none wider than need be: one that is wider than its role, and in the way,
 * is cut down to it, after that role was fenced. Undefined when somebody else was quicker.
 */
export async function claimsOfOthers(
  wanted: WantedRole,
  { others, claims }: ConnectionGround,
  dependencies: RegistryDependencies,
): Promise<AccountClaims['claims'] | undefined> {
  const kept: [string, Jobs][] = [];
  for (const [record, jobs] of Object.entries(claims?.claims ?? {})) {
    if (record === wanted.record) continue;
    if (!overlap(jobs, wanted.jobs)) {
      kept.push([record, jobs]);
      continue;
    }
    const role = others.get(record);
    const key = { tenantId: wanted.tenantId, record };
    if (!(await fenceItem({ key, before: role }, dependencies))) return undefined;
    if (isLive(role)) kept.push([record, role.jobs]);
  }
  return Object.fromEntries(kept);
}

/**
 * Whether the ARN is free for this tenant: nobody's or its own, or of a tenant that has no such role; that one's item is
 * fenced first, so that a connection of its under way fails.
 */
export async function isArnFree(
  { tenantId, record }: WantedRole,
  { binding }: ConnectionGround,
  dependencies: RegistryDependencies,
): Promise<'free' | 'held' | 'contended'> {
  if (binding === undefined || binding.owner === tenantId) return 'free';
  const key = { tenantId: binding.owner, record };
  const role = await readRoleItem(key, dependencies);
  if (isLive(role)) return 'held';
  return (await fenceItem({ key, before: role }, dependencies)) ? 'free' : 'contended';
}
