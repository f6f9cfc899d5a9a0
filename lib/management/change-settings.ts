import { type OnboardingRefusal, refuse } from '../onboarding/onboarding-refusal.ts';
import { type JobRules, refuseJobs } from '../onboarding/refuse-jobs.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantChange, TenantRegistry } from '../tenants/tenant-registry.ts';
import type { ManagementRoutes } from './management-api.ts';

export type SettingsChange = {
  readonly tenantId: string;
  readonly by: string;
  readonly wanted: ManagementRoutes['PATCH /tenants/:tenantId']['body'];
};

type Dependencies = {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'changeTenant'>;
  readonly rules: JobRules;
};

/**
 * Changes the settings of a tenant that an operator may change, if the tenant is still as the operator read it: a
 * change to an older version is refused, never merged. Each given member replaces the previous one as a whole.
 */
export async function changeSettings(
  { tenantId, by, wanted }: SettingsChange,
  { registry, rules }: Dependencies,
): Promise<Tenant | OnboardingRefusal> {
  const reading = await registry.readTenant(tenantId, []);
  if (reading === undefined) return refuse('tenant.unknown', 'no tenant has this id');
  const { tenant } = reading;
  if (tenant.status === 'offboarded') return refuse('tenant.offboarded', 'the tenant has left');
  if (tenant.version !== wanted.version) {
    return refuse('registry.stale', `the tenant is at version ${tenant.version}, not ${wanted.version}`);
  }
  const { version: _, jobs, ...members } = wanted;
  const change: TenantChange = { ...members, ...(jobs === undefined ? {} : { enabledJobs: [...jobs] }) };
  if (Object.keys(change).length === 0) {
    return refuse('request.fieldInvalid', 'the body: it changes nothing; give what is to be changed');
  }
  return (
    refusalOf(tenant, change, rules) ?? registry.changeTenant(tenant, change, { change: 'tenant.settingsChanged', by })
  );
}

/**
 * Settings about jobs are judged together, as they will be after the change; a mere change of name is not held up by
 * old settings.
 */
function refusalOf(tenant: Tenant, change: TenantChange, rules: JobRules): OnboardingRefusal | undefined {
  if (!['enabledJobs', 'settings', 'schedule'].some((member) => member in change)) return undefined;
  return refuseJobs(
    {
      enabledJobs: change.enabledJobs ?? tenant.enabledJobs,
      settings: change.settings ?? tenant.settings,
      schedule: change.schedule ?? tenant.schedule,
    },
    rules,
  );
}
