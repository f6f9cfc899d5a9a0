import { roleRecord } from '../platform/table-keys.ts';
import { quoted } from '../requests/quoted.ts';
import type { Tenant, TenantRole } from '../tenants/tenant.ts';
import type { NewRole, NewTenant, TenantRegistry } from '../tenants/tenant-registry.ts';
import { type OnboardingRefusal, refuse } from './onboarding-refusal.ts';
import { type JobRules, refuseJobs } from './refuse-jobs.ts';

export type OnboardDependencies = {
  readonly registry: Pick<TenantRegistry, 'registerTenant' | 'connectRole' | 'readTenant'>;
  readonly rules: JobRules;
};

/** `jobs` left out: every job of the catalogue that runs without settings. */
export type TenantToRegister = Omit<NewTenant, 'enabledJobs'> & { readonly jobs?: readonly string[] | undefined };

/** The tenant as it will be, to be checked before anything is written. */
export function tenantToBe({ tenantId, name, jobs, settings = {} }: TenantToRegister, rules: JobRules) {
  const withoutSettings = [...rules.jobs.values()].filter(({ defaultSettings }) => defaultSettings !== undefined);
  return { tenantId, name, settings, enabledJobs: jobs ?? withoutSettings.map((job) => job.name) };
}

/**
 * Registers a tenant and makes its external ID. Refuses jobs that are not in the catalogue and settings they do not
 * take.
 */
export async function registerTenant(
  asked: TenantToRegister & { readonly by: string },
  { registry, rules }: OnboardDependencies,
): Promise<Tenant | OnboardingRefusal> {
  const tenant = tenantToBe(asked, rules);
  const refusal = refuseJobs({ ...tenant, enabledJobs: [...tenant.enabledJobs] }, rules);
  return refusal ?? registry.registerTenant(tenant, asked.by);
}

/** `isNew` is false where the same role was connected before. */
export type Connection = { readonly role: TenantRole; readonly isNew: boolean };

/** Connects a role, whose trust is not proven yet: nothing is issued for it before it is verified. */
export async function connectRole(
  { by, ...role }: NewRole & { readonly by: string },
  { registry, rules }: OnboardDependencies,
): Promise<Connection | OnboardingRefusal> {
  const unknown = role.jobs === 'all' ? undefined : role.jobs.find((name) => !rules.jobs.has(name));
  if (unknown !== undefined) return refuse('job.unknown', `the catalogue has no job ${quoted(unknown)}`);
  const before = await registry.readTenant(role.tenantId);
  const connected = await registry.connectRole(role, by);
  if ('refused' in connected) return connected;
  return { role: connected, isNew: before?.roles.every(({ record }) => record !== connected.record) ?? true };
}

/** The one role of this name and account. */
export async function readRole(
  {
    tenantId,
    accountId,
    roleName,
  }: { readonly tenantId: string; readonly accountId: string; readonly roleName: string },
  { registry }: { readonly registry: Pick<TenantRegistry, 'readTenant'> },
): Promise<TenantRole | OnboardingRefusal> {
  const reading = await registry.readTenant(tenantId, [accountId]);
  if (reading === undefined) return refuse('tenant.unknown', 'no tenant has this id');
  const record = roleRecord({ accountId, roleName });
  const role = reading.roles.find((candidate) => candidate.record === record);
  return role ?? refuse('account.unknown', 'the tenant has connected no role of this name in this account');
}
