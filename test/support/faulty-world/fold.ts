import type { Issuance, IssuanceState } from '../../../lib/ledger/issuance.ts';
import type { TrailType } from '../../../lib/ledger/trail.ts';

type Told = {
  readonly trail: readonly { readonly type: TrailType }[];
  readonly claim?: unknown;
  readonly report?: unknown;
};

/** The state that an issuance must have by what its trail, its claim and its report say. */
export function foldOf(issuance: Told): IssuanceState | undefined {
  const { claim, report } = issuance;
  let state: IssuanceState | undefined;
  for (const { type } of issuance.trail) state = STATE_AFTER[type] ?? state;
  if (state === 'issued' && report !== undefined) return outcomeOf(report);
  return state === 'issued' && claim !== undefined ? 'claimed' : state;
}

const STATE_AFTER: Readonly<Record<TrailType, IssuanceState | undefined>> = {
  refused: 'refused',
  intended: 'intended',
  called: 'intended',
  released: 'intended',
  leaseExpired: 'intended',
  issued: 'issued',
  undelivered: 'issued',
  ticketRemoved: 'issued',
  denied: 'denied',
  failed: 'failed',
  revoked: 'revoked',
  expired: 'expired',
  unknown: 'unknown',
  // What the job said is only bound into the trail.
  settled: undefined,
};

function outcomeOf(report: unknown): IssuanceState | undefined {
  const outcome = report !== null && typeof report === 'object' && 'outcome' in report ? report.outcome : undefined;
  return outcome === 'completed' || outcome === 'failed' ? outcome : undefined;
}

/** Design §4: where a state may go. The rest are terminal. */
export const EDGES: Readonly<Record<'new' | IssuanceState, readonly IssuanceState[]>> = {
  new: ['refused', 'intended'],
  intended: ['intended', 'issued', 'denied', 'failed', 'revoked'],
  issued: ['issued', 'claimed', 'intended', 'expired', 'revoked'],
  claimed: ['claimed', 'completed', 'failed', 'unknown'],
  completed: ['completed'],
  failed: ['failed'],
  refused: ['refused'],
  denied: ['denied'],
  revoked: ['revoked'],
  expired: ['expired'],
  unknown: ['unknown'],
};

export const TERMINAL: ReadonlySet<string> = new Set([
  'completed',
  'failed',
  'refused',
  'denied',
  'revoked',
  'expired',
  'unknown',
]);

/** Entries that announce a call to STS: an attempt's first call, and each further one. */
export function announcedCalls({ trail }: Pick<Issuance, 'trail'>, attempt: number): number {
  return trail.filter((entry) => entry.attempt === attempt && (entry.type === 'intended' || entry.type === 'called'))
    .length;
}
