import { jobHandler } from '../../lib/job-runtime/job-handler.ts';
import { scanAccountJob } from '../../lib/jobs/scan-account.job.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { makeScanBuckets } from './scan-account/scan-buckets.ts';

/** Checks every bucket of a tenant's account for a public access block and for encryption with a KMS key. */
export const handler = jobHandler(scanAccountJob, makeScanBuckets({ clock: systemClock }));
