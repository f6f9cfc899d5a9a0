import middy from '@middy/core';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { vendingEnvironment } from '../lib/platform/environment.ts';
import { type FunctionUrlAnswer, makeFunctionUrl } from '../lib/platform/function-url.ts';
import { vendingOnAws } from '../lib/vending/vending-on-aws.ts';

const answer = makeFunctionUrl(vendingOnAws(vendingEnvironment(), deploymentConfig()));

/** Gives a person or a tool credentials of a tenant's account, in the answer. */
export const handler = middy<unknown, FunctionUrlAnswer>({ timeoutEarlyInMillis: 0 }).handler(answer);
