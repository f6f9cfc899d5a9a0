import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { correlationOnAws } from '../lib/audit/correlation/correlation-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { correlationEnvironment } from '../lib/platform/environment.ts';

const correlate = correlationOnAws(correlationEnvironment(), deploymentConfig());

/**
 * Compares every AssumeRole of ours in CloudTrail with what was announced; every five minutes it looks for missing
 * ones.
 */
export const handler = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 }).handler(
  (event: unknown, context: Context) => correlate(event, { remainingMs: () => context.getRemainingTimeInMillis() }),
);
