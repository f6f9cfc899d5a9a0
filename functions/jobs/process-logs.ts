import { jobHandler } from '../../lib/job-runtime/job-handler.ts';
import { processLogsJob } from '../../lib/jobs/process-logs.job.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { makeReadLogs } from './process-logs/read-logs.ts';

/** Counts what happened in a tenant's account, from the CloudTrail files that the tenant keeps in a bucket. */
export const handler = jobHandler(processLogsJob, makeReadLogs({ clock: systemClock }));
