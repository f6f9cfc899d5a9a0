import { matchesWildcard } from './wildcard.ts';

/**
 * The names of a call in CloudTrail and in IAM. Most calls have one name; this table holds those with two, as far as we
 * know them. A call that is not in the table is taken by its name: the worst answer is «not named by the policy»,
 * because AWS has decided by its own table already.
 *
 * Sources: Service Authorization Reference, "Actions, resources, and condition keys" of each service; Amazon S3 User
 * Guide, "Required permissions for Amazon S3 API operations".
 */
const PREFIXES: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  email: 'ses',
  tagging: 'tag',
  'runtime.sagemaker': 'sagemaker',
};

/** Keyed by the name in CloudTrail; there is more than one action where the call needs several, or either. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  's3:ListBuckets': ['s3:ListAllMyBuckets'],
  's3:HeadBucket': ['s3:ListBucket'],
  's3:ListObjects': ['s3:ListBucket'],
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:ListObjectVersions': ['s3:ListBucketVersions'],
  's3:ListMultipartUploads': ['s3:ListBucketMultipartUploads'],
  's3:ListParts': ['s3:ListMultipartUploadParts'],
  's3:HeadObject': ['s3:GetObject'],
  's3:SelectObjectContent': ['s3:GetObject'],
  's3:DeleteObjects': ['s3:DeleteObject'],
  's3:CopyObject': ['s3:PutObject'],
  's3:CreateMultipartUpload': ['s3:PutObject'],
  's3:UploadPart': ['s3:PutObject'],
  's3:UploadPartCopy': ['s3:PutObject'],
  's3:CompleteMultipartUpload': ['s3:PutObject'],
  's3:GetBucketEncryption': ['s3:GetEncryptionConfiguration'],
  's3:PutBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:DeleteBucketEncryption': ['s3:PutEncryptionConfiguration'],
  's3:GetPublicAccessBlock': ['s3:GetBucketPublicAccessBlock'],
  's3:PutPublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  's3:DeletePublicAccessBlock': ['s3:PutBucketPublicAccessBlock'],
  's3:GetBucketLifecycle': ['s3:GetLifecycleConfiguration'],
  's3:GetBucketLifecycleConfiguration': ['s3:GetLifecycleConfiguration'],
  's3:PutBucketLifecycle': ['s3:PutLifecycleConfiguration'],
  's3:PutBucketLifecycleConfiguration': ['s3:PutLifecycleConfiguration'],
  's3:GetBucketReplication': ['s3:GetReplicationConfiguration'],
  's3:PutBucketReplication': ['s3:PutReplicationConfiguration'],
  's3:GetBucketCors': ['s3:GetBucketCORS'],
  's3:GetBucketNotificationConfiguration': ['s3:GetBucketNotification'],
  's3:GetBucketAccelerateConfiguration': ['s3:GetAccelerateConfiguration'],
  's3:GetBucketAnalyticsConfiguration': ['s3:GetAnalyticsConfiguration'],
  's3:GetBucketInventoryConfiguration': ['s3:GetInventoryConfiguration'],
  's3:GetBucketMetricsConfiguration': ['s3:GetMetricsConfiguration'],
  's3:GetBucketIntelligentTieringConfiguration': ['s3:GetIntelligentTieringConfiguration'],
  's3:GetObjectLockConfiguration': ['s3:GetBucketObjectLockConfiguration'],
  'lambda:Invoke': ['lambda:InvokeFunction'],
};

/** This call needs no permission, and no Deny stops it. Source: STS API Reference, GetCallerIdentity. */
const FREE = 'sts:GetCallerIdentity';

/**
 * Gives `s3:GetObject` for the source `s3.amazonaws.com` and the name `GetObject`, as CloudTrail has it, without a
 * version.
 */
export function callName(eventSource: string, eventName: string): string {
  const service = eventSource.replace(/\.amazonaws\.com(\.cn)?$|\.amazonaws\.eu$/, '');
  // Lambda and CloudFront put the version of their interface after the name: `ListFunctions20150331`.
  const name = eventName.replace(/20\d{2}_?\d{2}_?\d{2}(v\d+)?$/, '');
  return `${PREFIXES[service] ?? service}:${name}`;
}

/** Whether the call does nothing that a policy could allow or deny. */
export function isFree(call: string): boolean {
  return call === FREE;
}

/** Whether the pattern names this action, such as `s3:GetObject`. */
export type ActionPattern = (action: string) => boolean;

/** Whether one of the patterns of a policy's actions names the call. Patterns know `*` and `?`, and ignore case. */
export function isNamedBy(patterns: readonly ActionPattern[], call: string): boolean {
  const names = ACTIONS[call] ?? [call];
  return names.some((name) => patterns.some((isNamed) => isNamed(name)));
}

/** Source: IAM User Guide, "IAM JSON policy elements: Action". */
export function actionPattern(pattern: string): ActionPattern {
  const folded = pattern.toLowerCase();
  return (action) => matchesWildcard(folded, action.toLowerCase());
}
