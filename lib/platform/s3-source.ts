import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { ListedObject, ObjectSource } from './object-source.ts';

/** A folder of files in S3. The prefix is empty, or ends with a slash. */
export type S3Place = { readonly bucket: string; readonly prefix: string };

/** The rule for bucket names. Source: S3 User Guide, "General purpose bucket naming rules". */
const PLACE = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s;
/** A socket that delivers nothing for this long is closed; the SDK tries again. */
const IDLE_MS = 30_000;

/** Reads `s3://bucket` or `s3://bucket/folder`; undefined for anything else. */
export function readS3Place(text: string): S3Place | undefined {
  const [, bucket, folder = ''] = PLACE.exec(text) ?? [];
  if (bucket === undefined) return undefined;
  return { bucket, prefix: folder === '' || folder.endsWith('/') ? folder : `${folder}/` };
}

/**
 * The objects of a bucket, or of a folder in it, page by page. The credentials and the region are those of the user, by
 * the rules of every AWS SDK; a bucket in another region is followed there. Rejects with S3's own errors.
 */
export function makeS3Source({ bucket: Bucket, prefix }: S3Place, options: S3SourceOptions = {}): ObjectSource {
  const s3 = options.s3 ?? s3Client(options.region);
  return {
    name: `s3://${Bucket}/${prefix}`,
    async *list(below = '') {
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix + below, ContinuationToken }));
        for (const { Key, Size } of page.Contents ?? []) yield listed({ Key, Size }, prefix);
        // A truncated list must not pass for the whole list.
        if (page.IsTruncated === true && page.NextContinuationToken === undefined) {
          throw new Error(`S3 says that the list of s3://${Bucket} goes on, and not where`);
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
    async *open(key) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: prefix + key }));
      if (Body === undefined || !(Symbol.asyncIterator in Body)) throw new Error('S3 answered without a body');
      yield* Body as AsyncIterable<Uint8Array>;
    },
  };
}

export type S3SourceOptions = { readonly region?: string | undefined; readonly s3?: Pick<S3Client, 'send'> };

/**
 * Puts the bucket's name into the path: the certificate does not cover a host name with the dots of a bucket's name,
 * and a stack that stands in for AWS has no host names for buckets.
 */
function s3Client(region: string | undefined): S3Client {
  return new S3Client({
    ...(region !== undefined && { region }),
    forcePathStyle: true,
    followRegionRedirects: true,
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 5_000, socketTimeout: IDLE_MS },
  });
}

function listed(
  { Key, Size }: { readonly Key?: string | undefined; readonly Size?: number | undefined },
  prefix: string,
) {
  if (Key === undefined || Size === undefined || !Key.startsWith(prefix)) {
    throw new Error('S3 listed an object without its key or its size');
  }
  return { key: Key.slice(prefix.length), bytes: Size } satisfies ListedObject;
}
