/**
 * The effect of each trail entry on an issuance, written down a second time and independently of the functions that
 * make the changes (`issuance-intents`, `issuance-transitions`, `issuance-endings`), so that a mistake in them, or a
 * write past them, shows.
 */
import type { TrailEntry, TrailType } from '../../../ledger/trail.ts';
import * as endings from './fold-endings.ts';
import {
  furtherCall,
  intended,
  issuedSession,
  leaseExpired,
  nextAttempt,
  released,
  withoutTicket,
} from './fold-open.ts';
import type { Fold, Folding } from './fold-parts.ts';
import type { Told } from './told-state.ts';

/**
 * The possible states after the entry: several when the entry does not say everything, and none when the entry does not
 * follow. `before` is undefined for the first entry.
 */
export function afterEntry(before: Told | undefined, entry: TrailEntry, folding: Folding): readonly Told[] {
  if (before === undefined) return begun(entry, folding);
  const isOfThisAttempt = entry.attempt === before.attempt || entry.type === 'intended';
  const follows = FROM[entry.type].includes(before.state) && isOfThisAttempt;
  return follows ? FOLDS[entry.type](before, entry, folding) : [];
}

/** The states that each entry can follow. Source: the edges of the protocol (docs/architecture.md). */
const FROM: Readonly<Record<TrailType, readonly Told['state'][]>> = {
  refused: [],
  intended: ['intended', 'issued'],
  called: ['intended'],
  issued: ['intended'],
  denied: ['intended'],
  failed: ['intended'],
  revoked: ['intended', 'issued'],
  released: ['intended'],
  leaseExpired: ['intended'],
  undelivered: ['issued'],
  ticketRemoved: ['issued'],
  expired: ['issued'],
  unknown: ['claimed'],
  settled: ['completed', 'failed'],
};

const FOLDS: Readonly<Record<TrailType, Fold>> = {
  refused: () => [],
  intended: nextAttempt,
  called: furtherCall,
  issued: issuedSession,
  denied: endings.denied,
  failed: endings.failed,
  revoked: endings.revoked,
  released,
  leaseExpired,
  undelivered: (before, entry) => withoutTicket(before, entry, 'undelivered'),
  ticketRemoved: (before, entry) => withoutTicket(before, entry, 'unclaimed'),
  expired: endings.expired,
  unknown: endings.unknown,
  settled: endings.settled,
};

function begun(entry: TrailEntry, folding: Folding): readonly Told[] {
  if (entry.type === 'intended') return intended({ attempts: [], attempt: 0 }, entry, folding);
  if (entry.type !== 'refused') return [];
  const refusal = { reason: entry.code ?? '', explanation: entry.explanation ?? '' };
  const nothing = { attempt: 0, attempts: [], isDue: false, hasTicket: false };
  return [{ ...nothing, state: 'refused', exception: 'refused', refusal }];
}
