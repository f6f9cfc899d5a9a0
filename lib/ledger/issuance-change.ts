/** The parts that every change to an issuance is made of: its next trail entry, its due time, its attempts. */
import { DUE_SHARD } from '../platform/table-keys.ts';
import type { Attempt, Issuance, OpenIssuance } from './issuance.ts';
import { appendEntry, type NewEntry } from './trail.ts';

export function chained({ recordId, trail: before }: Pick<Issuance, 'recordId' | 'trail'>, entry: NewEntry) {
  const trail = [...appendEntry(before, { issuanceId: recordId, entry })];
  return { trail, trailHead: trail.at(-1)?.hash ?? '' };
}

export function due(dueAtMs: number) {
  return { dueShard: DUE_SHARD, dueAtMs };
}

/**
 * The STS request id under which the audit's index finds the issuance. Left out when the answer had none: DynamoDB
 * refuses a write in which the key of an index is an empty text.
 */
export function answeredBy({ stsRequestId = '' }: { readonly stsRequestId?: string | undefined }) {
  return stsRequestId === '' ? {} : { lastStsRequestId: stsRequestId };
}

export function settledCore<Before extends Issuance>(
  before: Before,
): Omit<Before, 'dueShard' | 'dueAtMs'> & { dueShard?: never; dueAtMs?: never } {
  return without(before, ['dueShard', 'dueAtMs']);
}

export function without<Before extends object, Key extends string>(
  before: Before,
  keys: readonly Key[],
): Omit<Before, Key> {
  const after = { ...before };
  for (const key of keys) Reflect.deleteProperty(after, key);
  return after;
}

export function amendAttempt(before: Issuance, change: Partial<Attempt>): Attempt[] {
  return before.attempts.map((attempt) => (attempt.attempt === before.attempt ? { ...attempt, ...change } : attempt));
}

/** The attempts, with the last one closed. An outcome that is on record already stays. */
export function closeAttempt(before: OpenIssuance): Attempt[] {
  const last = before.attempts.at(-1)?.outcome;
  if (last !== 'open' && last !== 'issued') return before.attempts;
  if (before.state === 'issued') return amendAttempt(before, { outcome: 'unclaimed' });
  // An error that was read in full means that no session was made.
  return amendAttempt(before, { outcome: before.resume === 'call' ? 'failed' : 'unknown' });
}
