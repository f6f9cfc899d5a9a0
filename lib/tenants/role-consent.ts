import { BrokerError } from '../errors.ts';
import { roleRecord } from '../platform/table-keys.ts';
import { principalOf } from '../requests/principal-pattern.ts';
import { sameJobs } from './account-claims.ts';
import { canBeToldApart, hasConnected } from './consent-rule.ts';
import { difference, makeChange } from './make-change.ts';
import { type RegistryDependencies, ROUNDS, refusal } from './registry-dependencies.ts';
import { readRoleArn } from './role-arn.ts';
import type { TenantRole } from './tenant.ts';
import { isLive, roleOf, type StoredRole } from './tenant-items.ts';
import type { NewRole, RegistryRefusal } from './tenant-registry.ts';
import { readRoleItem, writeItem } from './tenant-writes.ts';

/**
 * Records that a second person has consented to a role, on condition that ARN and jobs are still those that this person
 * named. Whoever connected the role is not a second person. Who may consent at all is decided before.
 */
export async function consentToRole(
  named: NewRole,
  by: string,
  dependencies: RegistryDependencies,
): Promise<TenantRole | RegistryRefusal> {
  const reading = readRoleArn(named.roleArn, dependencies.config.roleArnRules);
  if (!reading.valid) return refusal('account.roleArnInvalid', reading.problem);
  const { accountId, name } = reading.parts;
  const key = { tenantId: named.tenantId, record: roleRecord({ accountId, roleName: name }) };
  for (let round = 0; round < ROUNDS; round += 1) {
    const there = await readRoleItem(key, dependencies);
    if (!isLive(there)) return refusal('account.unknown', 'the tenant has connected no such role in this account');
    const answer = answerFrom(there, named, by) ?? (await writeConsent(there, by, dependencies));
    if (answer !== undefined) return answer;
  }
  throw new BrokerError('store.busy', 'the role was written again and again meanwhile');
}

function answerFrom(
  there: StoredRole,
  { roleArn, jobs }: NewRole,
  by: string,
): TenantRole | RegistryRefusal | undefined {
  const { consent } = there;
  if (there.roleArn !== roleArn) {
    return refusal('registry.stale', `another role of this name is connected: ${there.roleArn}`);
  }
  if (!sameJobs(there.jobs, jobs)) {
    const served = there.jobs === 'all' ? 'all jobs' : there.jobs.join(', ');
    return refusal('registry.stale', `the role is connected for other jobs than were named: for ${served}`);
  }
  // Consented before, by a call whose answer was lost.
  if (consent?.state === 'given' && consent.by === principalOf(by)) return roleOf(there);
  if (consent?.state !== 'awaited') return refusal('consent.notAwaited', 'the role awaits nobody’s consent');
  if (!canBeToldApart(by)) return refusal('consent.notAllowed', 'only a role or a user of IAM may consent');
  if (!hasConnected(by, consent)) return undefined;
  return refusal('consent.ownConnection', `${principalOf(by)} connected the role, under whatever name of a session`);
}

function writeConsent(
  there: StoredRole,
  by: string,
  dependencies: RegistryDependencies,
): Promise<TenantRole | undefined> {
  const { version: _, ...before } = roleOf(there);
  const { connectedBy = [], sinceMs = 0 } = before.consent ?? {};
  const atMs = dependencies.clock.nowMs();
  const consent = { state: 'given' as const, connectedBy, sinceMs, by: principalOf(by), atMs };
  const after = { ...before, consent };
  const change = makeChange({ change: 'role.consented', by }, { atMs, ...difference(before, after, ['consent']) });
  return writeItem({ before: there, after, change }, dependencies);
}
