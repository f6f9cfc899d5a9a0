/** The parts of which every change to an issuance is made. */
import { DUE_SHARD } from '../platform/table-keys.ts';
import type { Attempt, Issuance } from './issuance.ts';
import { appendEntry, type NewEntry } from './trail.ts';

export function chained({ recordId, trail: before }: Pick<Issuance, 'recordId' | 'trail'>, entry: NewEntry) {
  const trail = [...appendEntry(before, { issuanceId: recordId, entry })];
  return { trail, trailHead: trail.at(-1)?.hash ?? '' };
}

export function due(dueAtMs: number) {
  return { dueShard: DUE_SHARD, dueAtMs };
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
