import middy from '@middy/core';
import { deadLettersOnAws } from '../lib/dead-letters/dead-letters-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { deadLetterEnvironment } from '../lib/platform/environment.ts';
import { type FunctionUrlAnswer, makeFunctionUrl } from '../lib/platform/function-url.ts';

const answer = makeFunctionUrl(deadLettersOnAws(deadLetterEnvironment(), deploymentConfig()));

/** Shows operators the dead letters, and sends again those for which that is safe. */
export const handler = middy<unknown, FunctionUrlAnswer>({ timeoutEarlyInMillis: 0 }).handler(answer);
