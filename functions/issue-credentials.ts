import middy from '@middy/core';
import type { Context, SQSEvent } from 'aws-lambda';
import { brokerOnAws } from '../lib/broker/broker-on-aws.ts';
import { type BatchResult, processBatch } from '../lib/broker/process-batch.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { brokerEnvironment } from '../lib/platform/environment.ts';

const broker = brokerOnAws(brokerEnvironment(), deploymentConfig());

/** Requests arrive on the queue; each runs through the pipeline. */
export const handler = middy<SQSEvent, BatchResult>({ timeoutEarlyInMillis: 0 }).handler(
  ({ Records }: SQSEvent, context: Context) =>
    processBatch({ records: Records, remainingMs: () => context.getRemainingTimeInMillis() }, broker),
);
