import type { StackClock } from '../clock.ts';
import type { RecordCloudTrail } from '../cloudtrail/cloudtrail-record.ts';
import { type DynamoDb, startDynamoDb } from '../dynamodb/dynamodb-service.ts';
import type { Authorize } from '../iam/authorize.ts';
import { createIamService } from '../iam/iam-service.ts';
import type { IdentityStore } from '../iam/identity-store.ts';
import type { StackIds } from '../ids.ts';
import { createKeyStore, type KeyStore } from '../kms/key-store.ts';
import { createKmsService } from '../kms/kms-service.ts';
import type { BucketStore } from '../s3/bucket-store.ts';
import { createS3Service } from '../s3/s3-service.ts';
import { createQueueStore, type QueueStore } from '../sqs/queue-store.ts';
import { createSqsService } from '../sqs/sqs-service.ts';
import type { StackHome } from '../stack-home.ts';
import { createStsService } from '../sts/sts-service.ts';
import type { Wiring } from '../template/wiring.ts';
import type { StackServices } from './deferred-services.ts';
import { deploymentBucket } from './deployment-bucket.ts';
import { keyDescription } from './key-description.ts';

export type StoresDeps = {
  readonly wiring: Wiring;
  readonly home: StackHome;
  readonly identities: IdentityStore;
  readonly buckets: BucketStore;
  readonly authorize: Authorize;
  readonly recordCloudTrail: RecordCloudTrail;
  readonly clock: StackClock;
  readonly ids: StackIds;
  readonly endpoint: string;
  readonly stopping: AbortSignal;
};

/** The stores of state, and the services over them that need no function to run. */
export type Stores = {
  readonly queues: QueueStore;
  readonly keys: KeyStore;
  readonly dynamoDb: DynamoDb;
  readonly services: Omit<StackServices, 'events' | 'lambda' | 'cloudtrail'>;
};

/** Makes the template's queues, tables, keys and buckets, and the services over them and over the emulated accounts. */
export async function buildStores(deps: StoresDeps): Promise<Stores> {
  const { wiring, home, authorize, identities, clock, ids, endpoint, stopping } = deps;
  const queues = createQueueStore({ clock, ids });
  for (const queue of wiring.queues) queues.createQueue(queue);
  const keys = createKeyStore({ ids, home, keys: wiring.keys.map(keyDescription) });
  for (const bucket of wiring.buckets) deps.buckets.addBucket(deploymentBucket(bucket, home));
  const dynamoDb = await startDynamoDb({ authorize, home, clock, ids, tables: wiring.tables.map(tableDefinition) });
  return {
    queues,
    keys,
    dynamoDb,
    services: {
      sts: createStsService({ ...deps, store: identities, partition: home.partition }),
      iam: createIamService({ store: identities, authorize }),
      dynamodb: dynamoDb.service,
      kms: createKmsService({ store: keys, authorize, ids, home }),
      sqs: createSqsService({ store: queues, authorize, clock, home, endpoint: () => endpoint, stopping }),
      s3: createS3Service({ buckets: deps.buckets, authorize, partition: home.partition }),
    },
  };
}

function tableDefinition(table: Wiring['tables'][number]) {
  return {
    TableName: table.name,
    AttributeDefinitions: table.attributeDefinitions,
    KeySchema: table.keySchema,
    GlobalSecondaryIndexes: table.globalSecondaryIndexes,
    ...(table.streamArn !== undefined && { streamArn: table.streamArn }),
  };
}
