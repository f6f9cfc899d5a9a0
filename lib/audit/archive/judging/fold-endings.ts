/** The effect of each trail entry that ends an issuance. */
import type { TrailEntry } from '../../../ledger/trail.ts';
import { amended, answeredBy, codeOf, type Fold, keyOf, outcomeOf, requestOf, sessionOf } from './fold-parts.ts';
import type { Told } from './told-state.ts';

export const denied: Fold = (before, entry) => [
  ended(before, entry, {
    state: 'denied',
    exception: 'denied',
    ...codeOf(entry),
    attempts: amended(before, { outcome: 'denied', ...codeOf(entry), ...requestOf(entry) }),
  }),
];

/** The entry does not say whether a session that nobody holds was made, or may have been made. */
export const failed: Fold = (before, entry) => {
  const last = outcomeOf(before);
  const outcomes = [last === 'open' ? 'failed' : last, 'unknown', 'undelivered'] as const;
  return outcomes.map((outcome) =>
    ended(before, entry, {
      state: 'failed',
      exception: 'failed',
      ...codeOf(entry),
      ...keyOf(entry),
      attempts: amended(before, { outcome, ...codeOf(entry), ...sessionOf(entry) }),
    }),
  );
};

export const revoked: Fold = (before, entry) => {
  const last = outcomeOf(before);
  const outcome = last === 'open' || last === 'issued' ? 'revoked' : last;
  const refusal = { reason: entry.code ?? '', explanation: entry.explanation ?? '' };
  const attempts = amended(before, { outcome });
  return [ended(before, entry, { state: 'revoked', exception: 'revoked', refusal, attempts })];
};

export const expired: Fold = (before, entry, { delivery }) => {
  const last = outcomeOf(before);
  const outcome = last === 'undelivered' || delivery === 'caller' ? last : 'unclaimed';
  return [ended(before, entry, { state: 'expired', exception: 'expired', attempts: amended(before, { outcome }) })];
};

export const unknown: Fold = (before, entry) => [ended(before, entry, { state: 'unknown', exception: 'unknown' })];

/** Binds what the job wrote into the trail, once, for an issuance that is still due. */
export const settled: Fold = (before, { reportSha256 }, folding) => {
  if (!before.isDue || reportSha256 !== folding.reportSha256) return [];
  return [{ ...before, isDue: false, ...(before.state === 'failed' ? { exception: 'failed' as const } : {}) }];
};

function ended(before: Told, entry: TrailEntry, change: Partial<Told>): Told {
  return { ...before, ...answeredBy(entry), isDue: false, hasTicket: false, ...change };
}
