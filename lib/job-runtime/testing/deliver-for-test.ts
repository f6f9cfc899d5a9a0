import type { Job } from '../../jobs/job.ts';
import { derivedId, systemIds } from '../../platform/ids.ts';
import type { EnvelopeContent } from '../../sealing/envelope.ts';
import { seal } from '../../sealing/seal.ts';
import { Secret } from '../../sealing/secret.ts';
import { unseal } from '../../sealing/unseal.ts';
import { envelopeContextOf, type JobPayload, parseJobPayload } from '../job-payload.ts';

export type DeliveryForTest = {
  readonly job: Pick<Job, 'name' | 'minimumSeconds'>;
  readonly content: EnvelopeContent;
  readonly fenceMs: number;
  readonly input: unknown;
};

/**
 * Brings an envelope to a job as the broker does, but for the ledger and KMS: sealed, written as JSON, read exactly, and
 * opened. So what the way does to settings and input (an `undefined` is lost, a date becomes a text) is done here too.
 *
 * @throws envelope.invalid where the payload is one that a job would not take.
 */
export function deliverForTest({ job, content, fenceMs, input }: DeliveryForTest): {
  readonly payload: JobPayload;
  readonly secret: Secret<EnvelopeContent>;
} {
  const context = {
    tenantId: 'a-tenant',
    accountId: '222222222222',
    job: job.name,
    issuanceId: `${job.name}.${derivedId(['test'])}`,
    attempt: 1,
    fenceMs,
    usableUntilMs: fenceMs - job.minimumSeconds * 1_000,
  };
  const dataKey = systemIds.randomBytes(32);
  const { randomBytes } = systemIds;
  const sealed = seal(new Secret(content), { dataKey, context, randomBytes });
  const written = JSON.stringify({ version: 1, ...context, sealed, input: input === undefined ? null : input });
  const payload = parseJobPayload(JSON.parse(written), job.name);
  return { payload, secret: unseal({ sealed: payload.sealed, dataKey, context: envelopeContextOf(payload) }) };
}
