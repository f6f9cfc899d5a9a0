import type { Job } from './job.ts';
import { checkJob } from './job.ts';
import { processLogsJob } from './process-logs.job.ts';
import { scanAccountJob } from './scan-account.job.ts';
import { buildSessionPolicy } from './session-policy.ts';

/** The partition with the longest name makes the longest policy. */
const LONGEST_PARTITION = 'aws-us-gov';
const ANY_FENCE_MS = Date.UTC(2030, 0, 1);

/**
 * Every job that the broker can be asked for, by its name. A `Map`, because a name comes from outside and an object
 * would answer to `constructor`.
 */
export const jobCatalogue: ReadonlyMap<string, Job> = catalogueOf([scanAccountJob, processLogsJob]);

/**
 * Checks each job (its numbers, and that its default and its largest settings give a policy that STS takes) and throws
 * on the first that cannot work: a wrong catalogue must fail where it is built, not where it is used.
 */
export function catalogueOf(jobs: readonly Job[]): ReadonlyMap<string, Job> {
  const catalogue = new Map<string, Job>();
  for (const job of jobs) {
    checkJob(job);
    if (catalogue.has(job.name)) throw new Error(`two jobs have the name ${job.name}`);
    const defaults = 'defaultSettings' in job ? [job.defaultSettings] : [];
    for (const settings of [...defaults, job.largestSettings]) {
      const policy = buildSessionPolicy({ job, settings, fenceMs: ANY_FENCE_MS, partition: LONGEST_PARTITION });
      if (!policy.built) throw new Error(`job ${job.name}: ${policy.reason} ${JSON.stringify(policy.detail)}`);
    }
    catalogue.set(job.name, job);
  }
  return catalogue;
}
