/** The naive broker as a function of its own, everything imported at the top. */
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { naiveBroker } from './naive-broker.ts';

const logger = new Logger();
const metrics = new Metrics();
const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const broker = naiveBroker({ dynamo, sts: new STSClient({}), lambda: new LambdaClient({}) });

export const handler = async (event: Parameters<typeof broker>[0]) => {
  logger.info('request', { id: event.id });
  metrics.addDimension('job', event.detail.job);
  await broker(event);
};
