/** The parts of which every change to an issuance is made. */
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
 * The STS request id that the audit's index leads here by, where STS answered with one. An answer that bore none says it
 * with an empty text, which DynamoDB takes for no key of an index: the whole write would be refused.
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

/** The attempt that nobody goes on with; where its outcome was already told, that stays. */
export function closeAttempt(before: OpenIssuance): Attempt[] {
  const last = before.attempts.at(-1)?.outcome;
  if (last !== 'open' && last !== 'issued') return before.attempts;
  if (before.state === 'issued') return amendAttempt(before, { outcome: 'unclaimed' });
  // A call whose refusal was read in full made no session.
  return amendAttempt(before, { outcome: before.resume === 'call' ? 'failed' : 'unknown' });
}
