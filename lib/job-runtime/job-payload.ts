import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import type { EnvelopeContext } from '../sealing/envelope.ts';

const base64 = (maximum: number) => v.pipe(v.string(), v.maxLength(maximum), v.regex(/^[A-Za-z0-9+/]+={0,2}$/));
const epochMs = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const payloadSchema = v.strictObject({
  version: v.literal(1),
  issuanceId: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}\.[a-z2-7]{32}$/)),
  attempt: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  tenantId: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/)),
  accountId: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  job: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}$/)),
  sealed: v.strictObject({ iv: base64(16), ciphertext: base64(32_768), tag: base64(24) }),
  usableUntilMs: epochMs,
  fenceMs: epochMs,
  input: v.optional(v.unknown()),
});

/** What a job is invoked with: whom it runs for, and the sealed credentials. */
export type JobPayload = v.InferOutput<typeof payloadSchema>;

/**
 * Parses the payload strictly; unknown keys are refused. Whatever is wrong, the error is the same `envelope.invalid`,
 * so that whoever invokes the job by hand learns nothing from it.
 *
 * @param jobName the job that this function is; a payload for another job is not ours to open.
 */
export function parseJobPayload(event: unknown, jobName: string): JobPayload {
  const read = v.safeParse(payloadSchema, event, { abortEarly: true });
  if (!read.success) throw invalid();
  const payload = read.output;
  const isOurs = payload.job === jobName;
  const isNamedForJob = payload.issuanceId.startsWith(`${jobName}.`);
  const isUsableBeforeFence = payload.usableUntilMs <= payload.fenceMs;
  if (!isOurs || !isNamedForJob || !isUsableBeforeFence) throw invalid();
  return payload;
}

/** What the envelope must be bound to: everything of the payload but the input and the envelope itself. */
export function envelopeContextOf(payload: JobPayload): EnvelopeContext {
  const { tenantId, accountId, job, issuanceId, attempt, fenceMs, usableUntilMs } = payload;
  return { tenantId, accountId, job, issuanceId, attempt, fenceMs, usableUntilMs };
}

function invalid(): BrokerError {
  return new BrokerError('envelope.invalid', 'the envelope could not be opened');
}
