import { accountRolesPrefix } from '../platform/table-keys.ts';
import { type AccountClaims, type Jobs, overlap, readClaims } from './account-claims.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import { type Binding, readBinding } from './tenant-bindings.ts';
import { isLive, type StoredRole, type StoredTenant, type Tombstone } from './tenant-items.ts';
import { fenceItem, readRoleItem, readRoleItems, readTenantItem } from './tenant-writes.ts';

/** A role that is to be connected, with the parts of its ARN. */
export type WantedRole = {
  readonly tenantId: string;
  readonly accountId: string;
  readonly record: string;
  readonly roleArn: string;
  readonly jobs: Jobs;
  readonly by: string;
};

/**
 * What a connection is decided by. All of it is read consistently, but not at one instant, so every write is
 * conditional on what was read.
 */
export type ConnectionFacts = {
  readonly tenant: StoredTenant | Tombstone | undefined;
  /** The item of the role itself. */
  readonly there: StoredRole | Tombstone | undefined;
  /** The items of the account's other roles, by record. */
  readonly others: ReadonlyMap<string, StoredRole | Tombstone>;
  readonly claims: AccountClaims | undefined;
  readonly binding: Binding | undefined;
};

export async function readConnectionFacts(
  wanted: WantedRole,
  dependencies: RegistryDependencies,
): Promise<ConnectionFacts> {
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

/** Whether another role of the account serves one of these jobs already. */
export function isAmbiguous({ jobs }: WantedRole, { others }: ConnectionFacts): boolean {
  return [...others.values()].some((role) => isLive(role) && overlap(role.jobs, jobs));
}

/**
 * The claims of the account's other roles. A claim that is wider than its role, and in the way of this one, is reduced
 * to what the role serves, after that role was fenced. Undefined when somebody else wrote in between.
 */
export async function claimsOfOthers(
  wanted: WantedRole,
  { others, claims }: ConnectionFacts,
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
 * Whether this tenant may take the ARN: it is free, its own, or bound to a tenant that does not have the role. The
 * item of that other role is fenced first, so that a connection of it that is under way fails.
 */
export async function isArnFree(
  { tenantId, record }: WantedRole,
  { binding }: ConnectionFacts,
  dependencies: RegistryDependencies,
): Promise<'free' | 'held' | 'contended'> {
  if (binding === undefined || binding.owner === tenantId) return 'free';
  const key = { tenantId: binding.owner, record };
  const role = await readRoleItem(key, dependencies);
  if (isLive(role)) return 'held';
  return (await fenceItem({ key, before: role }, dependencies)) ? 'free' : 'contended';
}
