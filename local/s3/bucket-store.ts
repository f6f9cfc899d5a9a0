import { createHash } from 'node:crypto';
import type { StackClock } from '../clock.ts';
import type { Bucket, StoredObject } from './bucket.ts';

export type NewBucket = Omit<Bucket, 'createdAtMs' | 'objects'>;

export type NewObject = {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
};

/** The buckets of all emulated accounts and of the deployment, with their objects, in memory. */
export type BucketStore = {
  /** Throws `RangeError` when a bucket of that name exists, in any account. */
  addBucket(bucket: NewBucket): Bucket;
  findBucket(name: string): Bucket | undefined;
  /** Sorted by name. */
  bucketsOf(accountId: string): readonly Bucket[];
  /** Replaces an object that has the key. */
  putObject(bucket: Bucket, object: NewObject): StoredObject;
};

const DAY_MS = 86_400_000;

export function createBucketStore(deps: { readonly clock: Pick<StackClock, 'nowMs'> }): BucketStore {
  const buckets = new Map<string, Bucket>();
  // S3 keeps whole seconds; a fraction would differ between headers and listings.
  const nowMs = () => Math.floor(deps.clock.nowMs() / 1000) * 1000;
  return {
    addBucket(bucket) {
      if (buckets.has(bucket.name)) throw new RangeError(`there is a bucket ${bucket.name} already`);
      const added = { ...bucket, createdAtMs: nowMs(), objects: new Map() };
      buckets.set(bucket.name, added);
      return added;
    },
    findBucket: (name) => buckets.get(name),
    bucketsOf: (accountId) =>
      [...buckets.values()]
        .filter((bucket) => bucket.accountId === accountId)
        .sort((left, right) => compareKeys(left.name, right.name)),
    putObject(bucket, { key, bytes, contentType = 'application/octet-stream', metadata = {} }) {
      // A copy: the caller's buffer may be reused, and an object never changes.
      const copy = Uint8Array.from(bytes);
      const eTag = `"${createHash('md5').update(copy).digest('hex')}"`;
      const object = {
        key,
        bytes: copy,
        eTag,
        lastModifiedMs: nowMs(),
        contentType,
        metadata,
        ...lockOf(bucket, nowMs()),
      };
      bucket.objects.set(key, object);
      return object;
    },
  };
}

function lockOf({ retention }: Bucket, putAtMs: number): Pick<StoredObject, 'lock'> {
  if (retention === undefined) return {};
  return { lock: { mode: retention.mode, retainUntilMs: putAtMs + retention.days * DAY_MS } };
}

/** S3's order is by the bytes of UTF-8, which is not the order of JavaScript strings. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'));
}
