import * as v from 'valibot';
import { defineJob } from './job.ts';
import { arnPrefix, everyResource } from './policy-statement.ts';

/**
 * How the names of the buckets in scope begin: at least three characters, of those that S3 allows in a name; left out,
 * all buckets are in scope. Source: S3 User Guide, "General purpose bucket naming rules".
 */
export const bucketNamePrefixesSchema = v.exactOptional(
  v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{2,62}$/))), v.minLength(1), v.maxLength(10)),
);

const settingsSchema = v.strictObject({ bucketNamePrefixes: bucketNamePrefixesSchema });
export type ScanSettings = v.InferOutput<typeof settingsSchema>;

/** Which buckets of an account are open to the public or not encrypted with a KMS key: reads settings, never data. */
export const scanAccountJob = defineJob<ScanSettings>({
  name: 'scan-account',
  settingsSchema,
  defaultSettings: {},
  largestSettings: { bucketNamePrefixes: Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(63, 'x')) },
  sessionPolicy: ({ bucketNamePrefixes }, { partition }) => [
    // Listing knows no narrower resource. Source: Service Authorization Reference, Amazon S3.
    { effect: 'Allow', actions: ['s3:ListAllMyBuckets'], resources: [everyResource] },
    {
      effect: 'Allow',
      actions: ['s3:GetBucketPublicAccessBlock', 's3:GetEncryptionConfiguration'],
      resources: bucketNamePrefixes?.map((prefix) => arnPrefix({ partition, service: 's3', resource: prefix })) ?? [
        everyResource,
      ],
    },
  ],
  durationSeconds: 900,
  sessionSeconds: 600,
  minimumSeconds: 300,
  maximumEventAgeSeconds: 240,
  timeoutSeconds: 300,
  deliverTo: ['job', 'caller'],
});
