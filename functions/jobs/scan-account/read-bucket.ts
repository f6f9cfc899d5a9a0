import {
  type Bucket,
  GetBucketEncryptionCommand,
  GetPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { errorName } from '../../../lib/platform/store-error.ts';

export type BucketProblem =
  | 'publicAccessBlock.missing'
  | 'publicAccessBlock.partial'
  | 'encryption.notKms'
  /** The setting could not be read; the name of the error follows. */
  | `unreadable:${string}`;

export type BucketFinding = {
  readonly bucket: string;
  readonly region: string;
  /** Empty for a bucket without problems. */
  readonly problems: readonly BucketProblem[];
};

/** Looks at one bucket; never throws: what cannot be read is a problem of its own. */
export async function readBucket({ s3, bucket, abortSignal }: ReadBucketInput): Promise<BucketFinding> {
  const name = bucket.Name ?? '';
  const problems = await Promise.all([
    publicAccessProblem(s3, name, abortSignal).catch(unreadable),
    encryptionProblem(s3, name, abortSignal).catch(unreadable),
  ]);
  // Both calls denied is one thing to know, not two.
  const distinct = [...new Set(problems.filter((problem) => problem !== undefined))];
  return { bucket: name, region: bucket.BucketRegion ?? 'unknown', problems: distinct };
}

export type ReadBucketInput = {
  readonly s3: S3Client;
  readonly bucket: Bucket;
  readonly abortSignal: AbortSignal;
};

async function publicAccessProblem(
  s3: S3Client,
  bucket: string,
  abortSignal: AbortSignal,
): Promise<BucketProblem | undefined> {
  try {
    const answer = await s3.send(new GetPublicAccessBlockCommand({ Bucket: bucket }), { abortSignal });
    const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } =
      answer.PublicAccessBlockConfiguration ?? {};
    const isWhole = [BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets].every(
      (setting) => setting === true,
    );
    return isWhole ? undefined : 'publicAccessBlock.partial';
  } catch (error) {
    if (errorName(error) === 'NoSuchPublicAccessBlockConfiguration') return 'publicAccessBlock.missing';
    throw error;
  }
}

const KMS_ALGORITHMS: ReadonlySet<string | undefined> = new Set(['aws:kms', 'aws:kms:dsse']);

async function encryptionProblem(
  s3: S3Client,
  bucket: string,
  abortSignal: AbortSignal,
): Promise<BucketProblem | undefined> {
  try {
    const answer = await s3.send(new GetBucketEncryptionCommand({ Bucket: bucket }), { abortSignal });
    const rules = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
    const isKms = rules.some((rule) => KMS_ALGORITHMS.has(rule.ApplyServerSideEncryptionByDefault?.SSEAlgorithm));
    return isKms ? undefined : 'encryption.notKms';
  } catch (error) {
    if (errorName(error) === 'ServerSideEncryptionConfigurationNotFoundError') return 'encryption.notKms';
    throw error;
  }
}

function unreadable(error: unknown): BucketProblem {
  return `unreadable:${errorName(error)}`;
}
