import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import { type ServiceAnswer, type ServiceCall, ServiceError } from '../service.ts';
import type { Bucket } from './bucket.ts';
import { openBucket, type S3Dependencies } from './bucket-access.ts';
import { objectKey } from './object-key.ts';

const inputSchema = v.object({
  Bucket: v.string(),
  Key: objectKey,
  Body: v.instance(Uint8Array),
  ContentType: v.optional(v.string()),
  Metadata: v.optional(v.record(v.string(), v.string()), {}),
  /** S3 accepts `*` only: put the object if there is none. */
  IfNoneMatch: v.optional(v.string()),
  /** Whether the request had a checksum of the body, in any algorithm. */
  HasChecksum: v.optional(v.boolean(), false),
});
type Input = v.InferOutput<typeof inputSchema>;

/**
 * `PutObject`. It replaces the object under the key, unless `IfNoneMatch` is `*`: then an existing object is
 * `PreconditionFailed` (412). The check and the put are one step, so that of two such calls one wins.
 */
export function putObject(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const input = parseInput(inputSchema, call.input, 'InvalidArgument');
  const bucket = openBucket(deps, call, {
    action: 's3:PutObject',
    bucketName: input.Bucket,
    key: input.Key,
    context: input.IfNoneMatch === undefined ? {} : { 's3:if-none-match': input.IfNoneMatch },
  });
  assertChecksum(bucket, input);
  assertAbsent(bucket, input);
  const object = deps.buckets.putObject(bucket, {
    key: input.Key,
    bytes: input.Body,
    metadata: input.Metadata,
    ...(input.ContentType !== undefined && { contentType: input.ContentType }),
  });
  return { ETag: object.eTag, ServerSideEncryption: bucket.encryption };
}

/** S3 User Guide, "Object Lock considerations": an object with a retention period is accepted with a checksum only. */
function assertChecksum(bucket: Bucket, { HasChecksum }: Input): void {
  if (bucket.retention === undefined || HasChecksum) return;
  const message = 'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock';
  throw new ServiceError('InvalidRequest', 400, message);
}

function assertAbsent(bucket: Bucket, { Key, IfNoneMatch }: Input): void {
  if (IfNoneMatch === undefined) return;
  if (IfNoneMatch !== '*') {
    throw new ServiceError('NotImplemented', 501, 'of If-None-Match, PutObject implements * only');
  }
  if (!bucket.objects.has(Key)) return;
  const message = 'At least one of the pre-conditions you specified did not hold';
  throw new ServiceError('PreconditionFailed', 412, message, { Condition: 'If-None-Match' });
}
