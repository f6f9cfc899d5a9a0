import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { openBucket, type S3Dependencies } from './bucket-access.ts';
import { listBuckets } from './list-buckets.ts';
import { listObjects } from './list-objects.ts';
import { getObject, headObject } from './objects.ts';
import { putObject } from './put-object.ts';

/**
 * A small S3: the buckets of the emulated accounts and of the deployment, with objects in memory. It has no operation
 * that deletes an object, so Object Lock holds by itself.
 */
export function createS3Service(deps: S3Dependencies): Service {
  return serviceOf({
    ListBuckets: (call) => listBuckets(deps, call),
    HeadBucket: (call) => headBucket(deps, call),
    GetPublicAccessBlock: (call) => getPublicAccessBlock(deps, call),
    GetBucketEncryption: (call) => getBucketEncryption(deps, call),
    ListObjectsV2: (call) => listObjects(deps, call),
    GetObject: (call) => getObject(deps, call),
    HeadObject: (call) => headObject(deps, call),
    PutObject: (call) => putObject(deps, call),
  });
}

const bucketSchema = v.object({ Bucket: v.string() });

function headBucket(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const { Bucket } = parseInput(bucketSchema, call.input, 'InvalidArgument');
  const bucket = openBucket(deps, call, { action: 's3:ListBucket', bucketName: Bucket });
  return { BucketRegion: bucket.region };
}

function getPublicAccessBlock(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const { Bucket } = parseInput(bucketSchema, call.input, 'InvalidArgument');
  const bucket = openBucket(deps, call, { action: 's3:GetBucketPublicAccessBlock', bucketName: Bucket });
  if (!bucket.isPublicAccessBlocked) {
    const message = 'The public access block configuration was not found';
    throw new ServiceError('NoSuchPublicAccessBlockConfiguration', 404, message, { BucketName: Bucket });
  }
  return {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  };
}

function getBucketEncryption(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const { Bucket } = parseInput(bucketSchema, call.input, 'InvalidArgument');
  const bucket = openBucket(deps, call, { action: 's3:GetEncryptionConfiguration', bucketName: Bucket });
  const rule = {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: bucket.encryption },
    BucketKeyEnabled: bucket.encryption === 'aws:kms',
  };
  return { ServerSideEncryptionConfiguration: { Rules: [rule] } };
}
