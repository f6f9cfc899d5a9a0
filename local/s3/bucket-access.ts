import type { AccessCheck, Authorize } from '../iam/authorize.ts';
import { type ServiceCall, ServiceError } from '../service.ts';
import type { Bucket } from './bucket.ts';
import type { BucketStore } from './bucket-store.ts';

export type S3Dependencies = {
  readonly buckets: BucketStore;
  readonly authorize: Authorize;
  /** `aws`, `aws-cn`, … */
  readonly partition: string;
};

export type BucketAccess = {
  /** `s3:…`. */
  readonly action: string;
  readonly bucketName: string;
  /** For object actions. */
  readonly key?: string;
  readonly context?: NonNullable<AccessCheck['context']>;
};

/**
 * Finds the bucket that a call names and decides whether the call may do `action` to it. Throws `NoSuchBucket` (404),
 * `PermanentRedirect` (301, before any decision, as S3 does) for another region, and `AccessDenied` (403), also when
 * the bucket does not belong to the account that the caller expects (`ExpectedBucketOwner`).
 */
export function openBucket(deps: S3Dependencies, call: ServiceCall, access: BucketAccess): Bucket {
  const bucket = deps.buckets.findBucket(access.bucketName);
  if (bucket === undefined) {
    throw new ServiceError('NoSuchBucket', 404, 'The specified bucket does not exist', {
      BucketName: access.bucketName,
    });
  }
  if (bucket.region !== call.region) throw redirect(bucket);
  const expectedOwner = call.input['ExpectedBucketOwner'];
  if (expectedOwner !== undefined && expectedOwner !== bucket.accountId) throw accessDenied();
  // Without a bucket policy no other account gets access, whatever its own policies allow.
  if (bucket.policy === undefined && bucket.accountId !== call.caller.accountId) {
    throw accessDenied();
  }
  authorizeS3(deps, call, {
    action: access.action,
    resource: `${bucket.name}${access.key === undefined ? '' : `/${access.key}`}`,
    resourceAccountId: bucket.accountId,
    ...(bucket.policy !== undefined && { resourcePolicy: bucket.policy }),
    ...(access.context !== undefined && { context: access.context }),
  });
  return bucket;
}

/** Decides about a resource; `resource` is the part after `arn:<partition>:s3:::`. */
export function authorizeS3(
  deps: S3Dependencies,
  call: ServiceCall,
  check: Pick<AccessCheck, 'action' | 'resource' | 'resourceAccountId' | 'resourcePolicy' | 'context'>,
): void {
  const { caller, region, sourceIp } = call;
  deps.authorize({
    ...check,
    caller,
    resource: `arn:${deps.partition}:s3:::${check.resource}`,
    region,
    sourceIp,
  });
}

function accessDenied(): ServiceError {
  return new ServiceError('AccessDenied', 403, 'Access Denied');
}

function redirect(bucket: Bucket): ServiceError {
  return new ServiceError(
    'PermanentRedirect',
    301,
    `The bucket is in ${bucket.region}; send and sign the request for that region`,
    { Bucket: bucket.name, BucketRegion: bucket.region },
  );
}
