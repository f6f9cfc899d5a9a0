import * as v from 'valibot';
import { defineJob } from './job.ts';
import { arn, arnPrefix, value } from './policy-statement.ts';

/**
 * Where a tenant keeps its CloudTrail files. There is no default: a tenant that has not said where is refused.
 * The prefix may be any of S3's safe characters that IAM gives no meaning; it is compared as it stands, so end it with a
 * slash unless its neighbours are meant too. Sources: S3 User Guide, "General purpose bucket naming rules" and "Naming
 * Amazon S3 objects".
 */
const settingsSchema = v.strictObject({
  bucket: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)),
  prefix: v.pipe(v.string(), v.regex(/^[A-Za-z0-9+=,.@_/:-]{1,400}$/)),
});
export type LogSettings = v.InferOutput<typeof settingsSchema>;

/**
 * What happened in a tenant's account: counts the events of its CloudTrail files, below one prefix of one bucket. Files
 * under a KMS key of the tenant's own are told as unreadable: the session has no `kms:Decrypt`.
 */
export const processLogsJob = defineJob<LogSettings>({
  name: 'process-logs',
  settingsSchema,
  largestSettings: { bucket: 'x'.repeat(63), prefix: 'x'.repeat(400) },
  sessionPolicy: ({ bucket, prefix }, { partition }) => [
    {
      effect: 'Allow',
      actions: ['s3:ListBucket'],
      resources: [arn({ partition, service: 's3', resource: bucket })],
      // Also closes a listing without a prefix, which shows every key of the bucket: it has no s3:prefix to compare.
      conditions: { StringEquals: { 's3:prefix': [value(prefix)] } },
    },
    {
      effect: 'Allow',
      actions: ['s3:GetObject'],
      resources: [arnPrefix({ partition, service: 's3', resource: `${bucket}/${prefix}` })],
    },
  ],
  durationSeconds: 2_100,
  sessionSeconds: 1_800,
  minimumSeconds: 900,
  maximumEventAgeSeconds: 600,
  timeoutSeconds: 900,
});
