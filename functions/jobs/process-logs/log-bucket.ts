import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { TenantCredentialProvider } from '../../../lib/job-runtime/tenant-context.ts';
import type { LogSettings } from '../../../lib/jobs/process-logs.job.ts';

/** What the job may see of a tenant's bucket: the objects below the prefix. */
export type LogBucket = {
  /** The keys of the log files, page by page. Rejects when they cannot be listed. */
  keys(): AsyncGenerator<string, void>;
  /** The bytes of one object as they come. Rejects with S3's error. */
  open(key: string): Promise<Readable>;
  close(): void;
};

export type LogBucketInput = {
  readonly settings: LogSettings;
  readonly credentials: TenantCredentialProvider;
  readonly abortSignal: AbortSignal;
  readonly makeS3: (config: S3ClientConfig) => S3Client;
};

export const makeS3Client = (config: S3ClientConfig) => new S3Client(config);

/** Opens the bucket in the region where it is: S3 answers for a bucket nowhere else. */
export async function openLogBucket(input: LogBucketInput): Promise<LogBucket> {
  const { settings, abortSignal } = input;
  const { bucket: Bucket, prefix: Prefix } = settings;
  const s3 = await clientOfBucket(input);
  return {
    async *keys() {
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }), { abortSignal });
        for (const { Key = '', Size = 0 } of page.Contents ?? []) if (isLogFile(Key, Size)) yield Key;
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    async open(Key) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }), { abortSignal });
      if (Body === undefined || !('pipe' in Body)) throw new Error('S3 answered without a body');
      return Body;
    },
    close: () => s3.destroy(),
  };
}

/** Digests, which sign the files beside them, and the empty objects that consoles make for folders are no log files. */
function isLogFile(key: string, size: number): boolean {
  return !key.includes('/CloudTrail-Digest/') && !(key.endsWith('/') && size === 0);
}

/**
 * Finds the region with a call that the session policy allows. `HeadBucket` would be denied by it, and a denied call in
 * each run is what customers' alarms are for.
 */
async function clientOfBucket({ settings, credentials, abortSignal, makeS3 }: LogBucketInput): Promise<S3Client> {
  const config: S3ClientConfig = {
    credentials,
    // The idle time of a socket counts too: a body that stops coming would else hold its place until the deadline.
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
      socketTimeout: 10_000,
    },
  };
  const s3 = makeS3(config);
  const list = new ListObjectsV2Command({ Bucket: settings.bucket, Prefix: settings.prefix, MaxKeys: 1 });
  try {
    await s3.send(list, { abortSignal });
    return s3;
  } catch (error) {
    const region = regionIn(error);
    // Without a region to go to, the calls that do the work will say what is wrong.
    if (region === undefined) return s3;
    s3.destroy();
    return makeS3({ ...config, region });
  }
}

/** S3 names the region of a bucket in a header of whatever it answers to a call that came to another one. */
function regionIn(error: unknown): string | undefined {
  const response = error instanceof Error && '$response' in error ? error.$response : undefined;
  const headers = new Map<string, unknown>(Object.entries(fieldsOf(fieldsOf(response)['headers'])));
  const region = headers.get('x-amz-bucket-region');
  return typeof region === 'string' && /^[a-z0-9-]{1,63}$/.test(region) ? region : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
