import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Place } from '../aws-ground.ts';
import type { Ground } from '../ground.ts';
import { readPackaged } from '../packaged.ts';
import { makeRole, policy, replaceStatements, trusts } from '../roles.ts';
import { assumeInTime } from '../sessions.ts';

/** The shortest that KMS knows. Source: KMS API Reference, ScheduleKeyDeletion. */
const PENDING_DAYS = 7;

/** A bucket under Object Lock and a signing key, with the packaged policies, and a role with archive-audit's statements. */
export async function makeArchive(place: Place): Promise<Ground['archive']> {
  const { accountId, administrator } = place.accounts.broker;
  const trust = [trusts(place, 'broker')];
  const role = await makeRole(place, { account: 'broker', name: 'archive', trust, statements: [NOTHING] });
  const { keyId, keyArn } = await makeKey(place);
  const bucket = await makeBucket(place);
  const stand = { accountId, region: place.region, arns: { DigestsKey: keyArn } };
  const [sign] = (await readPackaged()).roleStatements('ArchiveAuditRole', ['SignDigests'], stand);
  const put = { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${bucket}/*` };
  await replaceStatements(place, role, [put, { ...sign }]);
  return { writer: await assumeInTime(place, administrator, { RoleArn: role.arn }), bucket, keyId };
}

const NOTHING = { Effect: 'Deny', Action: '*', Resource: '*' };

/** Under the policy that a key gets by itself, which hands it to IAM: what holds is the condition in the role's statement. */
async function makeKey(place: Place): Promise<{ readonly keyId: string; readonly keyArn: string }> {
  const { administrator } = place.accounts.broker;
  const kms = new KMSClient(administrator);
  const Description = `cb-live-${place.suffix}`;
  const made = await kms.send(new CreateKeyCommand({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', Description }));
  const { KeyId: keyId = '', Arn: keyArn = '' } = made.KeyMetadata ?? {};
  place.removals.add(`key ${keyId}, whose deletion takes ${PENDING_DAYS} days`, () =>
    kms.send(new ScheduleKeyDeletionCommand({ KeyId: keyId, PendingWindowInDays: PENDING_DAYS })),
  );
  return { keyId, keyArn };
}

async function makeBucket(place: Place): Promise<string> {
  const { accountId, administrator } = place.accounts.broker;
  const s3 = new S3Client(administrator);
  const Bucket = `cb-live-${place.suffix}-${accountId}`;
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  place.removals.add(`bucket ${Bucket} with its objects`, () => removeBucket(s3, Bucket));
  const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const;
  const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
  await s3.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
  // One statement of the policy: the others would keep the checks from removing what they put.
  const Policy = policy([
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { Null: { 's3:if-none-match': 'true' } },
    },
  ]);
  await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  return Bucket;
}

async function removeBucket(s3: S3Client, Bucket: string): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
  }
  await s3.send(new DeleteBucketCommand({ Bucket }));
}
