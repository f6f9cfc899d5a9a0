import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * The AWS clients of the brokering functions, with the limits that the protocol needs. None has a logger: the SDK masks
 * a secret key but prints session tokens and external IDs.
 */
const CONNECT_MS = 1_000;
const REQUEST_MS = 3_000;
/** Less than the time-out of the function that waits for the answer. */
const PATIENT_MS = 50_000;
/** `requestTimeout` ends with the first byte of an answer; `socketTimeout` covers an answer that stalls after that. */
const handler = {
  connectionTimeout: CONNECT_MS,
  requestTimeout: REQUEST_MS,
  socketTimeout: REQUEST_MS,
  throwOnRequestTimeout: true,
};

/** One HTTP call per recorded call: a repeated AssumeRole would mint a second session that no record announces. */
export function stsClient(region: string): STSClient {
  return new STSClient({ region, maxAttempts: 1, requestHandler: handler });
}

/** The same client, with the credentials of a session instead of the function's own. */
export function stsClientAs(
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string },
  region: string,
): STSClient {
  return new STSClient({ region, credentials, maxAttempts: 1, requestHandler: handler });
}

export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 4, requestHandler: handler }), {
    marshallOptions: { removeUndefinedValues: true },
    // DynamoDB holds numbers that JavaScript cannot represent, and a job can write one into its own rows. Such a number
    // is read as the closest JavaScript number and refused by the item's schema; otherwise the SDK would throw as if
    // the table were unavailable.
    unmarshallOptions: { wrapNumbers: Number },
  });
}

export function kmsClient(): KMSClient {
  return new KMSClient({ maxAttempts: 2, requestHandler: handler });
}

export function lambdaClient(): LambdaClient {
  return new LambdaClient({ maxAttempts: 2, requestHandler: handler });
}

/** Waits for as long as a synchronous invocation takes, and never repeats one, because the work may already be done. */
export function patientLambdaClient(): LambdaClient {
  const patient = { ...handler, requestTimeout: PATIENT_MS, socketTimeout: PATIENT_MS };
  return new LambdaClient({ maxAttempts: 1, requestHandler: patient });
}

export function eventBridgeClient(): EventBridgeClient {
  return new EventBridgeClient({ maxAttempts: 2, requestHandler: handler });
}

export function sqsClient(): SQSClient {
  return new SQSClient({ maxAttempts: 3, requestHandler: handler });
}

/** Puts the bucket's name into the path, because a stack that stands in for AWS has no host names for buckets. */
export function s3Client(): S3Client {
  return new S3Client({ maxAttempts: 3, forcePathStyle: true, requestHandler: handler });
}
