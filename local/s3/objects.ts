import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import { type ServiceAnswer, type ServiceCall, ServiceError } from '../service.ts';
import type { Bucket, StoredObject } from './bucket.ts';
import { openBucket, type S3Dependencies } from './bucket-access.ts';
import { readByteRange } from './byte-range.ts';
import { objectKey } from './object-key.ts';

const readSchema = v.object({ Bucket: v.string(), Key: objectKey, Range: v.optional(v.string()) });

/** `GetObject`, whole or by `Range`. */
export function getObject(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const { object, bucket, range } = openObject(deps, call);
  const size = object.bytes.byteLength;
  return {
    ...describe(object, bucket),
    ContentLength: range === undefined ? size : range.last - range.first + 1,
    Body: range === undefined ? object.bytes : object.bytes.subarray(range.first, range.last + 1),
    ...(range !== undefined && { ContentRange: `bytes ${range.first}-${range.last}/${size}` }),
  };
}

/** `HeadObject`: the answer of `GetObject` without the bytes. */
export function headObject(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const { Body, ...head } = getObject(deps, call);
  return head;
}

function openObject(deps: S3Dependencies, call: ServiceCall) {
  const input = parseInput(readSchema, call.input, 'InvalidArgument');
  const bucket = openBucket(deps, call, { action: 's3:GetObject', bucketName: input.Bucket, key: input.Key });
  const object = bucket.objects.get(input.Key);
  if (object === undefined) {
    // Only callers who may list the bucket learn whether a key exists; to others S3 says `AccessDenied`.
    openBucket(deps, call, { action: 's3:ListBucket', bucketName: input.Bucket });
    throw new ServiceError('NoSuchKey', 404, 'The specified key does not exist.', { Key: input.Key });
  }
  return { object, bucket, range: readByteRange(input.Range, object.bytes.byteLength) };
}

function describe(object: StoredObject, bucket: Bucket): ServiceAnswer {
  return {
    AcceptRanges: 'bytes',
    ContentType: object.contentType,
    ETag: object.eTag,
    LastModified: new Date(object.lastModifiedMs),
    Metadata: object.metadata,
    ServerSideEncryption: bucket.encryption,
    ...(object.lock !== undefined && {
      ObjectLockMode: object.lock.mode,
      ObjectLockRetainUntilDate: new Date(object.lock.retainUntilMs),
    }),
  };
}
