import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { onDemandOnAws } from '../lib/on-demand/on-demand-on-aws.ts';
import { requestRoutes } from '../lib/on-demand/request-routes.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { onDemandEnvironment } from '../lib/platform/environment.ts';
import { type FunctionUrlAnswer, makeFunctionUrl } from '../lib/platform/function-url.ts';

const onDemand = onDemandOnAws(onDemandEnvironment(), deploymentConfig());
const answer = makeFunctionUrl({ routes: requestRoutes(onDemand), log: onDemand.log });

/** Takes requests over HTTP. Each comes from the IAM principal that signed it. */
export const handler = middy<unknown, FunctionUrlAnswer>({ timeoutEarlyInMillis: 0 }).handler(
  (event: unknown, context: Context) => answer(event, context),
);
