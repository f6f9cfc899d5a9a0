import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { answerInvocation } from '../lib/on-demand/answer-invocation.ts';
import type { OnDemandAnswer } from '../lib/on-demand/on-demand-answer.ts';
import { onDemandOnAws } from '../lib/on-demand/on-demand-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { onDemandEnvironment } from '../lib/platform/environment.ts';

const onDemand = onDemandOnAws(onDemandEnvironment(), deploymentConfig());

/** Takes requests by Invoke. Each comes from the requester whose alias of this function is invoked. */
export const handler = middy<unknown, OnDemandAnswer>({ timeoutEarlyInMillis: 0 }).handler(
  (payload: unknown, context: Context) => answerInvocation(payload, context, onDemand),
);
