import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type SweepResult, sweepIssuances } from '../lib/broker/sweep-issuances.ts';
import { sweeperOnAws } from '../lib/broker/sweeper-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { sweeperEnvironment } from '../lib/platform/environment.ts';

const sweeper = sweeperOnAws(sweeperEnvironment(), deploymentConfig());

/** Each minute: moves every issuance on whose lease, ticket or fence has run out. */
export const handler = middy<unknown, SweepResult>({ timeoutEarlyInMillis: 0 }).handler(
  (_tick: unknown, context: Context) =>
    sweepIssuances({ remainingMs: () => context.getRemainingTimeInMillis() }, sweeper),
);
