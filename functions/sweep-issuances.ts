import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { sweeperEnvironment } from '../lib/platform/environment.ts';
import { type SweepResult, sweepIssuances } from '../lib/sweeper/sweep-issuances.ts';
import { sweeperOnAws } from '../lib/sweeper/sweeper-on-aws.ts';

const sweeper = sweeperOnAws(sweeperEnvironment(), deploymentConfig());

/** Every minute, ends or retries each issuance whose lease, ticket or fence has run out. */
export const handler = middy<unknown, SweepResult>({ timeoutEarlyInMillis: 0 }).handler(
  (_tick: unknown, context: Context) =>
    sweepIssuances({ remainingMs: () => context.getRemainingTimeInMillis() }, sweeper),
);
