import middy from '@middy/core';
import { managementOnAws } from '../lib/management/management-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { managementEnvironment } from '../lib/platform/environment.ts';
import { type FunctionUrlAnswer, makeFunctionUrl } from '../lib/platform/function-url.ts';

const answer = makeFunctionUrl(managementOnAws(managementEnvironment(), deploymentConfig()));

/** The onboarding API, for operators and sign-up pages: register tenants, connect their roles, rotate, suspend. */
export const handler = middy<unknown, FunctionUrlAnswer>({ timeoutEarlyInMillis: 0 }).handler(answer);
