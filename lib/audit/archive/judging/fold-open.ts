/** The effect of each trail entry that leaves an issuance open. */
import { type Attempt, LIMITS, sessionNameOf } from '../../../ledger/issuance.ts';
import type { TrailEntry } from '../../../ledger/trail.ts';
import { amended, answeredBy, codeOf, type Folding, keyOf, outcomeOf, sessionOf } from './fold-parts.ts';
import type { Told } from './told-state.ts';

/** A further attempt follows only if nobody holds the one before: its lease is over, or its ticket is gone. */
export function nextAttempt(before: Told, entry: TrailEntry, folding: Folding): readonly Told[] {
  const isHeld = before.state === 'issued' ? before.hasTicket : (before.leaseUntilMs ?? 0) > entry.atMs;
  if (isHeld || folding.delivery === 'caller') return [];
  return intended({ ...before, attempts: closed(before) }, entry, folding);
}

export function intended(
  before: Pick<Told, 'attempt' | 'attempts' | 'lastAccessKeyId' | 'lastStsRequestId'>,
  entry: TrailEntry,
  { recordId, delivery }: Folding,
): readonly Told[] {
  const { owner, roleArn, leaseUntilMs, sessionName, atMs } = entry;
  const attempt = before.attempt + 1;
  const isWhole = owner !== undefined && roleArn !== undefined && leaseUntilMs === atMs + LIMITS.leaseMs;
  const isNext = entry.attempt === attempt && entry.call === 1 && attempt <= LIMITS.attempts;
  const isNamed = sessionName !== undefined && sessionName === sessionNameOf({ issuanceId: recordId, attempt });
  if (!isWhole || !isNext || !isNamed || entry.delivery !== delivery) return [];
  const opened: Attempt = { attempt, sessionName, intendedAtMs: atMs, calls: 1, outcome: 'open' };
  const { lastAccessKeyId, lastStsRequestId } = before;
  return [
    {
      state: 'intended',
      attempt,
      attempts: [...before.attempts, opened],
      owner,
      roleArn,
      leaseUntilMs,
      call: 1,
      resume: 'attempt',
      ...(lastAccessKeyId === undefined ? {} : { lastAccessKeyId }),
      ...(lastStsRequestId === undefined ? {} : { lastStsRequestId }),
      isDue: true,
      hasTicket: false,
    },
  ];
}

/** A further call is made by the owner of the intent, or by another owner after the call before was released. */
export function furtherCall(before: Told, entry: TrailEntry): readonly Told[] {
  const { owner, leaseUntilMs, call, atMs } = entry;
  const isFree = before.resume === 'call' && (before.leaseUntilMs ?? 0) <= atMs;
  const isNext = call !== undefined && call === (before.call ?? 0) + 1 && call <= LIMITS.calls;
  if (owner === undefined || leaseUntilMs !== atMs + LIMITS.leaseMs || !isNext) return [];
  if (owner !== before.owner && !isFree) return [];
  return [
    {
      ...before,
      ...answeredBy(entry),
      owner,
      leaseUntilMs,
      call,
      resume: 'attempt',
      attempts: amended(before, { calls: call }),
    },
  ];
}

export function issuedSession(before: Told, entry: TrailEntry, { delivery }: Folding): readonly Told[] {
  const { accessKeyId, fenceMs, policySha256, usableUntilMs } = entry;
  const isWhole = accessKeyId !== undefined && fenceMs !== undefined && policySha256 !== undefined;
  const isForCaller = delivery === 'caller';
  if (!isWhole || entry.call !== before.call || (usableUntilMs === undefined) !== isForCaller) return [];
  const known = { ...sessionOf(entry), fenceMs, policySha256, ...(isForCaller ? {} : { usableUntilMs }) };
  return [
    {
      ...before,
      ...keyOf(entry),
      ...answeredBy(entry),
      state: 'issued',
      hasTicket: !isForCaller,
      attempts: amended(before, { outcome: 'issued', ...known }),
    },
  ];
}

/** The entry does not say whether a session was made or may have been made, nor how the issuance goes on. */
export function released(before: Told, entry: TrailEntry): readonly Told[] {
  const ofAttempt = (['open', 'unknown', 'undelivered'] as const).map((outcome) =>
    releasedAs(before, entry, { resume: 'attempt', outcome }),
  );
  // An attempt that has a session makes no further call.
  if (entry.accessKeyId !== undefined) return ofAttempt;
  return [releasedAs(before, entry, { resume: 'call', outcome: 'open' }), ...ofAttempt];
}

export function leaseExpired(before: Told, { atMs }: TrailEntry): readonly Told[] {
  return [{ ...before, leaseUntilMs: atMs, resume: 'attempt', attempts: amended(before, { outcome: 'unknown' }) }];
}

export function withoutTicket(before: Told, entry: TrailEntry, outcome: 'undelivered' | 'unclaimed'): readonly Told[] {
  if (!before.hasTicket) return [];
  return [
    {
      ...before,
      hasTicket: false,
      resume: 'attempt',
      attempts: amended(before, { outcome, ...codeOf(entry) }),
    },
  ];
}

function releasedAs(
  before: Told,
  entry: TrailEntry,
  { resume, outcome }: { readonly resume: 'call' | 'attempt'; readonly outcome: Attempt['outcome'] },
): Told {
  return {
    ...before,
    ...keyOf(entry),
    ...answeredBy(entry),
    leaseUntilMs: entry.atMs,
    resume,
    attempts: amended(before, {
      outcome,
      ...codeOf(entry),
      ...(resume === 'attempt' ? sessionOf(entry) : {}),
    }),
  };
}

/** The attempts, with an outcome for the one that nobody continues. */
function closed(before: Told): readonly Attempt[] {
  const last = outcomeOf(before);
  if (last !== 'open' && last !== 'issued') return before.attempts;
  if (before.state === 'issued') return amended(before, { outcome: 'unclaimed' });
  return amended(before, { outcome: before.resume === 'call' ? 'failed' : 'unknown' });
}
