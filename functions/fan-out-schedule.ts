import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { fanOutEnvironment } from '../lib/platform/environment.ts';
import { fanOutOnAws } from '../lib/scheduling/fan-out-on-aws.ts';
import { runFanOut } from '../lib/scheduling/run-fan-out.ts';

const fanOut = fanOutOnAws(fanOutEnvironment(), deploymentConfig());

/** Makes one request for every tenant that is due, when a schedule comes round and every minute until all are made. */
export const handler = middy<unknown, unknown>({ timeoutEarlyInMillis: 0 }).handler(
  (event: unknown, context: Context) =>
    runFanOut({ event, remainingMs: () => context.getRemainingTimeInMillis() }, fanOut),
);
