import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type VerifierAnswer, verifierOnAws } from '../lib/onboarding/trust/verifier-on-aws.ts';
import { deploymentConfig } from '../lib/platform/deployment-config/deployment-config.ts';
import { verifierEnvironment } from '../lib/platform/environment.ts';

const verify = verifierOnAws(verifierEnvironment(), deploymentConfig());

/** Probes tenants' roles: the named ones on demand, and all of them once a day on a schedule. */
export const handler = middy<unknown, VerifierAnswer>({ timeoutEarlyInMillis: 0 }).handler(
  (event: unknown, context: Context) => verify(event, { remainingMs: () => context.getRemainingTimeInMillis() }),
);
