import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { fanOutEnvironment } from '../lib/platform/environment.ts';
import { fanOutOnAws } from '../lib/scheduling/fan-out-on-aws.ts';
import { runFanOut } from '../lib/scheduling/run-fan-out.ts';

const fanOut = fanOutOnAws(fanOutEnvironment(), deploymentConfig());

/** A schedule comes round, or a minute passes: one request for every tenant that is due. */
export const handler = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 }).handler(
  (event: unknown, context: Context) =>
    runFanOut({ event, remainingMs: () => context.getRemainingTimeInMillis() }, fanOut),
);
