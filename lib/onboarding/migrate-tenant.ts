import { quoted } from '../requests/quoted.ts';
import type { Tenant, TenantReading, TenantRole } from '../tenants/tenant.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import { type ChangeDecision, changeWithRetry } from './change-with-retry.ts';
import { isRefusal, refuse } from './onboarding-refusal.ts';
import type { TenantMigration } from './tenant-lifecycle.ts';

export type MigrationDependencies = {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'changeTenant' | 'newExternalId'>;
};

/**
 * Migrates a tenant from access keys of IAM users to roles. Its id, settings, schedule and history stay as they are,
 * and nothing is issued for it before the migration is finished. The access keys stay listed until the customer, who
 * alone can, has deleted each of them.
 */
export function makeTenantMigration({ registry }: MigrationDependencies): TenantMigration {
  return {
    async start({ tenantId, by }) {
      const before = await registry.readTenant(tenantId);
      if (before === undefined) return refuse('tenant.unknown', 'no tenant has this id');
      const has = before.tenant.externalIds !== undefined;
      const isMigrating = before.tenant.status === 'migrating';
      const current = has || !isMigrating ? undefined : await registry.newExternalId(tenantId);
      const started = await changeWithRetry(tenantId, ({ tenant }) => startOf(tenant, { current, by }), registry);
      if (isRefusal(started)) return started;
      return { tenant: started.tenant, made: current !== undefined && started.tenant.externalIds?.current === current };
    },
    async finish({ tenantId, by }) {
      const finished = await changeWithRetry(tenantId, (reading) => finishOf(reading, by), registry);
      return isRefusal(finished) ? finished : finished.tenant;
    },
    async keyDeleted({ tenantId, by, accessKeyId }) {
      const changed = await changeWithRetry(tenantId, ({ tenant }) => without(accessKeyId, { tenant, by }), registry);
      return isRefusal(changed) ? changed : changed.tenant;
    },
  };
}

/** A tenant keeps an external ID that it has, which the customer may be using. A dedicated deployment has none. */
function startOf(
  { status, externalIds }: Tenant,
  { current, by }: { readonly current: string | undefined; readonly by: string },
): ChangeDecision {
  if (status !== 'migrating') return notMigrating(status);
  if (current === undefined || externalIds !== undefined) return 'nothing';
  return { change: { externalIds: { current } }, note: { change: 'migration.started', by } };
}

/** Refuses unless there is, for each job of the tenant, a role that is trusted and awaits no consent. */
function finishOf({ tenant, roles }: TenantReading, by: string): ChangeDecision {
  const { status, importId, enabledJobs } = tenant;
  // Finished before, by a call whose answer was lost.
  if (status === 'active' && importId !== undefined) return 'nothing';
  if (status !== 'migrating') return notMigrating(status);
  if (roles.length === 0) return refuse('account.none', 'connect a role, and verify it, before the migration ends');
  const trusted = roles.filter((role) => role.status === 'trusted');
  if (trusted.length === 0) return refuse('account.notVerified', 'no role is trusted yet; verify the tenant');
  const unanswered = servedByNone(enabledJobs, trusted);
  if (unanswered.length > 0) {
    return refuse('account.notVerified', `no trusted role serves ${unanswered.join(', ')}`);
  }
  const withoutConsent = servedByNone(
    enabledJobs,
    trusted.filter(({ consent }) => consent?.state !== 'awaited'),
  );
  if (withoutConsent.length > 0) {
    return refuse('account.awaitsConsent', `the roles that serve ${withoutConsent.join(', ')} await consent`);
  }
  return { change: { status: 'active' }, note: { change: 'tenant.migrated', by } };
}

function servedByNone(enabledJobs: readonly string[], roles: readonly TenantRole[]): readonly string[] {
  return enabledJobs.filter((job) => !roles.some(({ jobs }) => jobs === 'all' || jobs.includes(job)));
}

function without(
  accessKeyId: string,
  { tenant, by }: { readonly tenant: Tenant; readonly by: string },
): ChangeDecision {
  const listed = tenant.legacyAccessKeyIds ?? [];
  if (!listed.includes(accessKeyId)) {
    const left = listed.length === 0 ? 'none is' : `${listed.join(', ')} ${listed.length === 1 ? 'is' : 'are'}`;
    return refuse('request.fieldInvalid', `accessKeyId: ${quoted(accessKeyId)} is not to be deleted; ${left}`);
  }
  const left = listed.filter((id) => id !== accessKeyId);
  const legacyAccessKeyIds = left.length === 0 ? null : left;
  return { change: { legacyAccessKeyIds }, note: { change: 'legacyKey.deleted', by } };
}

function notMigrating(status: Tenant['status']): ChangeDecision {
  if (status === 'offboarded') return refuse('tenant.offboarded', 'the tenant has left');
  return refuse('tenant.notMigrating', 'the tenant has no migration to go on with');
}
