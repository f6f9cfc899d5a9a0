import middy from '@middy/core';
import type { Context, SQSEvent } from 'aws-lambda';
import { brokerOnAws } from '../lib/broker/broker-on-aws.ts';
import { type BatchResult, processBatch } from '../lib/broker/process-batch.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { brokerEnvironment } from '../lib/platform/environment.ts';

const broker = brokerOnAws(brokerEnvironment(), deploymentConfig());

/** Runs each request that arrives on the queue through the pipeline. */
export const handler = middy<SQSEvent, BatchResult>({ timeoutEarlyInMillis: 0 }).handler(
  ({ Records }: SQSEvent, context: Context) =>
    processBatch({ records: Records, remainingMs: () => context.getRemainingTimeInMillis() }, broker),
);
