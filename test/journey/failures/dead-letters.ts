import * as v from 'valibot';
import { expect } from 'vitest';
import type { FailureWorld } from './failure-world.ts';

const recordSchema = v.object({
  requestContext: v.object({ condition: v.string() }),
  requestPayload: v.looseObject({ sealed: v.unknown(), input: v.unknown() }),
});

/** Why Lambda gave each event of the job up, and what the failure destination holds of it, oldest first. */
export function deadLetters({ stack }: FailureWorld) {
  return stack.queues
    .snapshot()
    .filter(({ queueName }) => queueName.endsWith('-job-failures'))
    .map(({ body }) => v.parse(recordSchema, JSON.parse(body)))
    .map(({ requestContext, requestPayload }) => ({ ...requestContext, payload: requestPayload }));
}

/** All that a job's event ever has: what it is bound to, and the sealed envelope. */
export const CIPHERTEXT = {
  payload: {
    version: 1,
    issuanceId: expect.any(String),
    attempt: 1,
    tenantId: 'tenant-5',
    accountId: '555555555555',
    job: 'scan-account',
    sealed: expect.any(Object),
    usableUntilMs: expect.any(Number),
    fenceMs: expect.any(Number),
    input: null,
  },
};
