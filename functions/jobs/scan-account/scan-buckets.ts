import {
  type Bucket,
  ListBucketsCommand,
  paginateListBuckets,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { BrokerError } from '../../../lib/errors.ts';
import type { RunJob } from '../../../lib/job-runtime/job-handler.ts';
import { bucketNamePrefixesSchema, type ScanSettings } from '../../../lib/jobs/scan-account.job.ts';
import type { Clock } from '../../../lib/platform/clock.ts';
import { errorName } from '../../../lib/platform/store-error.ts';
import { type BucketFinding, readBucket } from './read-bucket.ts';
import { type ScanSummary, summarise } from './summarise.ts';

const BUCKETS_PER_PAGE = 1_000;
/** Buckets looked at at a time: two calls each, far below what S3 throttles. */
const CONCURRENCY = 5;

/** A requester may narrow a run further than the tenant's settings do, never widen it: S3 denies what these leave out. */
const inputSchema = v.optional(v.nullable(v.strictObject({ bucketNamePrefixes: bucketNamePrefixesSchema })));

export type ScanBucketsDependencies = {
  readonly clock: Clock;
  readonly makeS3?: (config: S3ClientConfig) => S3Client;
};

/** Reads the settings of each bucket in scope, never an object in it, and stops in time to be reported. */
export function makeScanBuckets({
  clock,
  makeS3 = (config) => new S3Client(config),
}: ScanBucketsDependencies): RunJob<ScanSettings> {
  return async ({ settings, input, credentials, deadlineMs }) => {
    const asked = readPrefixes(input);
    const regions = new RegionalClients((region) => makeS3(clientConfig(region, credentials)));
    const isOver = () => clock.nowMs() >= deadlineMs;
    const abortSignal = AbortSignal.timeout(Math.max(0, deadlineMs - clock.nowMs()));
    try {
      const listed = await listBuckets(regions.of(undefined), { isOver, abortSignal });
      const inScope = listed.buckets.filter(
        ({ Name = '' }) => isInScope(Name, settings.bucketNamePrefixes) && isInScope(Name, asked),
      );
      const findings: BucketFinding[] = [];
      const queue = inScope.values();
      await Promise.all(Array.from({ length: CONCURRENCY }, drain));
      if (findings.at(-1)?.problems.includes('unreadable:AccessDenied')) await mustStillBeLetIn();
      return summarise({ inScope: inScope.length, listedAll: listed.all, findings }) satisfies ScanSummary;

      /** Was that bucket denied, or everything from some moment on? Then the run has failed, and the error says why. */
      async function mustStillBeLetIn(): Promise<void> {
        await regions
          .of(undefined)
          .send(new ListBucketsCommand({ MaxBuckets: 1 }), { abortSignal })
          .catch((error: unknown) => {
            // Whatever else goes wrong here undoes nothing of the scan.
            if (errorName(error) === 'AccessDenied') throw error;
          });
      }

      async function drain(): Promise<void> {
        // Asked before a bucket is taken, so that what is not looked at is counted as such.
        while (!isOver()) {
          const { value: bucket, done } = queue.next();
          if (done === true) return;
          findings.push(await readBucket({ s3: regions.of(bucket.BucketRegion), bucket, abortSignal }));
        }
      }
    } finally {
      regions.destroy();
    }
  };
}

function readPrefixes(input: unknown): readonly string[] | undefined {
  const read = v.safeParse(inputSchema, input);
  // Valibot takes a list for an object without keys.
  if (!read.success || Array.isArray(input))
    throw new BrokerError('job.failed', 'the input is not { bucketNamePrefixes?: 1 to 10 prefixes }');
  return read.output?.bucketNamePrefixes;
}

function isInScope(name: string, prefixes: readonly string[] | undefined): boolean {
  return prefixes === undefined || prefixes.some((prefix) => name.startsWith(prefix));
}

type Limits = { readonly isOver: () => boolean; readonly abortSignal: AbortSignal };

async function listBuckets(client: S3Client, { isOver, abortSignal }: Limits): Promise<Listing> {
  const buckets: Bucket[] = [];
  const page = { client, pageSize: BUCKETS_PER_PAGE };
  for await (const { Buckets = [], ContinuationToken } of paginateListBuckets(page, {}, { abortSignal })) {
    buckets.push(...Buckets);
    if (isOver() && ContinuationToken !== undefined) return { buckets, all: false };
  }
  return { buckets, all: true };
}

type Listing = { readonly buckets: readonly Bucket[]; readonly all: boolean };

function clientConfig(region: string | undefined, credentials: S3ClientConfig['credentials']): S3ClientConfig {
  return {
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  };
}

/** One client a region, because S3 answers for a bucket only in the bucket's own; all of them end with the run. */
class RegionalClients {
  readonly #make: (region: string | undefined) => S3Client;
  readonly #clients = new Map<string | undefined, S3Client>();

  constructor(make: (region: string | undefined) => S3Client) {
    this.#make = make;
  }

  of(region: string | undefined): S3Client {
    const client = this.#clients.get(region) ?? this.#make(region);
    this.#clients.set(region, client);
    return client;
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }
}
