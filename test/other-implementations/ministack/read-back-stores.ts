import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand, GetKeyPolicyCommand, GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import {
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Deployed, orNone, parsed, type ReadBack } from './reading.ts';

/** How what holds data is read back: tables, keys, queues, buckets. */
export const STORES: Readonly<Record<string, ReadBack>> = {
  'AWS::DynamoDB::Table': async ({ id, place }) => {
    const dynamo = new DynamoDBClient(place);
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName: id }));
    const { TimeToLiveDescription: life } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: id }));
    const { ContinuousBackupsDescription: backups } = await dynamo.send(
      new DescribeContinuousBackupsCommand({ TableName: id }),
    );
    const restorable = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED';
    return {
      KeySchema: Table?.KeySchema,
      GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes,
      DeletionProtectionEnabled: Table?.DeletionProtectionEnabled,
      StreamSpecification: Table?.StreamSpecification,
      SSESpecification: Table?.SSEDescription && {
        SSEEnabled: Table.SSEDescription.Status === 'ENABLED',
        SSEType: Table.SSEDescription.SSEType,
        KMSMasterKeyId: Table.SSEDescription.KMSMasterKeyArn,
      },
      TimeToLiveSpecification: { AttributeName: life?.AttributeName, Enabled: life?.TimeToLiveStatus === 'ENABLED' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: restorable },
    };
  },

  'AWS::KMS::Key': async ({ id, place }) => {
    const kms = new KMSClient(place);
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: id }));
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId: id, PolicyName: 'default' }));
    const turns =
      KeyMetadata?.KeyUsage === 'ENCRYPT_DECRYPT'
        ? (await kms.send(new GetKeyRotationStatusCommand({ KeyId: id }))).KeyRotationEnabled
        : undefined;
    return {
      KeyPolicy: parsed(Policy),
      KeySpec: KeyMetadata?.KeySpec,
      KeyUsage: KeyMetadata?.KeyUsage,
      EnableKeyRotation: turns,
    };
  },

  'AWS::SQS::Queue': async (deployed) => {
    const attributes = await queueAttributes(deployed.id, deployed);
    return {
      VisibilityTimeout: attributes['VisibilityTimeout'],
      MessageRetentionPeriod: attributes['MessageRetentionPeriod'],
      SqsManagedSseEnabled: attributes['SqsManagedSseEnabled'],
      RedrivePolicy: parsed(attributes['RedrivePolicy']),
      RedriveAllowPolicy: parsed(attributes['RedriveAllowPolicy']),
    };
  },

  'AWS::SQS::QueuePolicy': async (deployed) => {
    const [queue] = [deployed.resource.Properties['Queues']].flat();
    const { Policy } = await queueAttributes(deployed.idOf(queue), deployed);
    return { PolicyDocument: parsed(Policy) };
  },

  'AWS::S3::Bucket': async ({ id: Bucket, place }) => {
    const s3 = new S3Client({ ...place, forcePathStyle: true });
    const lock = await orNone(s3.send(new GetObjectLockConfigurationCommand({ Bucket })));
    return {
      ObjectLockConfiguration: lock?.ObjectLockConfiguration,
      VersioningConfiguration: await s3.send(new GetBucketVersioningCommand({ Bucket })),
      BucketEncryption: await bucketEncryption(s3, Bucket),
      OwnershipControls: (await orNone(s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))))?.OwnershipControls,
      PublicAccessBlockConfiguration: (await orNone(s3.send(new GetPublicAccessBlockCommand({ Bucket }))))
        ?.PublicAccessBlockConfiguration,
    };
  },

  'AWS::S3::BucketPolicy': async ({ resource, place, idOf }) => {
    const s3 = new S3Client({ ...place, forcePathStyle: true });
    const answer = await s3.send(new GetBucketPolicyCommand({ Bucket: idOf(resource.Properties['Bucket']) }));
    return { PolicyDocument: parsed(answer.Policy) };
  },
};

async function queueAttributes(QueueUrl: string, { place }: Deployed): Promise<Readonly<Record<string, string>>> {
  const sqs = new SQSClient(place);
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  return Attributes;
}

/** CloudFormation and the API call the same thing differently. */
async function bucketEncryption(s3: S3Client, Bucket: string) {
  const answer = await orNone(s3.send(new GetBucketEncryptionCommand({ Bucket })));
  return {
    ServerSideEncryptionConfiguration: answer?.ServerSideEncryptionConfiguration?.Rules?.map(
      ({ ApplyServerSideEncryptionByDefault, ...rule }) => ({
        ...rule,
        ServerSideEncryptionByDefault: ApplyServerSideEncryptionByDefault,
      }),
    ),
  };
}
