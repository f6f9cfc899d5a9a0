import middy from '@middy/core';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { vendingEnvironment } from '../lib/platform/environment.ts';
import { type FunctionUrlAnswer, makeFunctionUrl } from '../lib/platform/function-url.ts';
import { vendingOnAws } from '../lib/vending/vending-on-aws.ts';

const answer = makeFunctionUrl(vendingOnAws(vendingEnvironment(), deploymentConfig()));

/** A person or a tool asks for credentials of a tenant's account, and gets them in the answer. */
export const handler = middy<unknown, FunctionUrlAnswer>({ timeoutEarlyInMillis: 0 }).handler(answer);
