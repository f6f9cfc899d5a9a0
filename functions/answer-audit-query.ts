import middy from '@middy/core';
import { auditOnAws } from '../lib/audit/questions/audit-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { auditEnvironment } from '../lib/platform/environment.ts';
import { type FunctionUrlAnswer, makeFunctionUrl } from '../lib/platform/function-url.ts';

const answer = makeFunctionUrl(auditOnAws(auditEnvironment(), deploymentConfig()));

/** Answers auditors over HTTP: who had which access, when, why and for what. */
export const handler = middy<unknown, FunctionUrlAnswer>({ timeoutEarlyInMillis: 0 }).handler(answer);
