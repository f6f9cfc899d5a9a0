import type { Job } from '../jobs/job.ts';
import { buildSessionPolicy } from '../jobs/session-policy.ts';
import type { Partition } from '../platform/deployment-config/deployment-config.ts';
import { quoted } from '../requests/quoted.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type OnboardingRefusal, refuse } from './onboarding-refusal.ts';
import { rolePermissions } from './templates/role-permissions.ts';

export type JobRules = { readonly jobs: ReadonlyMap<string, Job>; readonly partition: Partition };

/** Any fence will do: the session policy is built only to see whether it can be. */
const ANY_FENCE_MS = Date.UTC(2030, 0, 1);

/**
 * Refuses jobs, settings or a schedule that a tenant cannot have: a name that is not in the catalogue, settings that
 * the job's own schema does not take (the refusal names the field, never its value), a job without the settings that
 * it needs, a schedule of a job that is not enabled. Undefined when there is nothing to refuse.
 */
export function refuseJobs(
  { enabledJobs, settings, schedule = {} }: Pick<Tenant, 'enabledJobs' | 'settings' | 'schedule'>,
  { jobs, partition }: JobRules,
): OnboardingRefusal | undefined {
  const unknown = [...enabledJobs, ...Object.keys(settings), ...Object.keys(schedule)].find((name) => !jobs.has(name));
  if (unknown !== undefined) {
    return refuse('job.unknown', `the catalogue has no job ${quoted(unknown)}; it has ${[...jobs.keys()].join(', ')}`);
  }
  for (const name of new Set([...Object.keys(settings), ...enabledJobs])) {
    const refusal = refuseSettings(name, { settings, jobs, partition });
    if (refusal !== undefined) return refusal;
  }
  const idle = Object.keys(schedule).find((name) => !enabledJobs.includes(name));
  if (idle !== undefined) return refuse('job.notEnabled', `schedule.${idle}: the job is not enabled for the tenant`);
  if (enabledJobs.length === 0) return undefined;
  const permissions = rolePermissions({ jobNames: enabledJobs, catalogue: jobs, settings, partition });
  return permissions.built ? undefined : refuse(permissions.reason, permissions.explanation);
}

type Settings = JobRules & Pick<Tenant, 'settings'>;

function refuseSettings(name: string, { settings, jobs, partition }: Settings): OnboardingRefusal | undefined {
  const job = jobs.get(name);
  if (job === undefined) return undefined;
  const own = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (own === undefined && job.defaultSettings === undefined) {
    return refuse('policy.parameterInvalid', `settings.${name}: the job has no settings to fall back on; give them`);
  }
  const policy = buildSessionPolicy({ job, settings: own ?? job.defaultSettings, fenceMs: ANY_FENCE_MS, partition });
  if (policy.built) return undefined;
  const { parameter, size, limit } = policy.detail;
  const problem =
    policy.reason === 'policy.tooLarge'
      ? `settings.${name}: they make a session policy of ${size} characters; STS takes ${limit}`
      : `settings.${name}${parameter === 'settings' ? '' : `.${parameter}`}: not what the job declares`;
  return refuse(policy.reason, problem);
}
