/** The changes that end an issuance: each gives a state that never changes again. Pure, one trail entry each. */
import { type ErrorCode, isErrorCode } from '../errors.ts';
import type { Issuance, IssuanceIn, OpenIssuance } from './issuance.ts';
import { amendAttempt, answeredBy, chained, settledCore, without } from './issuance-change.ts';
import type { SessionFacts } from './issuance-transitions.ts';

/** STS said no. Terminal. */
export function denied(
  before: IssuanceIn<'intended'>,
  {
    code,
    stsRequestId,
    atMs,
  }: { readonly code: ErrorCode; readonly stsRequestId: string | undefined; readonly atMs: number },
): IssuanceIn<'denied'> {
  const request = stsRequestId === undefined ? {} : { stsRequestId };
  const entry = {
    type: 'denied' as const,
    atMs,
    facts: { attempt: before.attempt, call: before.call, code, ...request },
  };
  return {
    ...settledCore(before),
    ...chained(before, entry),
    ...answeredBy({ stsRequestId }),
    state: 'denied',
    exception: 'denied',
    code,
    attempts: amendAttempt(before, { outcome: 'denied', code, ...request }),
  };
}

export type Failure = {
  readonly code: ErrorCode;
  readonly stsRequestId?: string | undefined;
  /** What is known of a session that nobody will use, where that is not on record yet. */
  readonly lost?: { readonly outcome: 'unknown' | 'undelivered'; readonly session?: SessionFacts };
  readonly atMs: number;
};

/** Something broke for good, or every attempt was used up. Terminal. */
export function failed(
  before: IssuanceIn<'intended'>,
  { code, stsRequestId, lost, atMs }: Failure,
): IssuanceIn<'failed'> {
  const request = stsRequestId === undefined ? {} : { stsRequestId };
  const session = lost?.session ?? {};
  const last = lost?.outcome ?? before.attempts.at(-1)?.outcome ?? 'open';
  const entry = {
    type: 'failed' as const,
    atMs,
    facts: { attempt: before.attempt, call: before.call, code, ...request, ...session },
  };
  return {
    ...settledCore(before),
    ...chained(before, entry),
    ...(lost?.session === undefined ? {} : { lastAccessKeyId: lost.session.accessKeyId }),
    ...answeredBy({ ...request, ...session }),
    state: 'failed',
    exception: 'failed',
    code,
    attempts: amendAttempt(before, { outcome: last === 'open' ? 'failed' : last, code, ...request, ...session }),
  };
}

/** A decision taken again said no, or the session can no longer be delivered. Terminal; the ticket goes with it. */
export function revoked(
  before: OpenIssuance,
  refusal: { reason: string; explanation: string },
  atMs: number,
): IssuanceIn<'revoked'> {
  const facts = { attempt: before.attempt, code: refusal.reason, explanation: refusal.explanation };
  const last = before.attempts.at(-1)?.outcome ?? 'open';
  return {
    ...settledCore(without(before, ['ticket'])),
    ...chained(before, { type: 'revoked', atMs, facts }),
    state: 'revoked',
    exception: 'revoked',
    refusal,
    attempts: amendAttempt(before, { outcome: last === 'open' || last === 'issued' ? 'revoked' : last }),
  };
}

/** Never claimed in any attempt; or, in a caller's hands, past its fence. Terminal. */
export function expired(before: IssuanceIn<'issued'>, atMs: number): IssuanceIn<'expired'> {
  const last = before.attempts.at(-1)?.outcome ?? 'open';
  const stays = last === 'undelivered' || before.delivery === 'caller';
  return {
    ...settledCore(without(before, ['ticket'])),
    ...chained(before, { type: 'expired', atMs, facts: { attempt: before.attempt } }),
    state: 'expired',
    exception: 'expired',
    attempts: amendAttempt(before, { outcome: stays ? last : 'unclaimed' }),
  };
}

/** No attempt is left: what became of the last one is what became of the issuance. Terminal. */
export function usedUp(before: OpenIssuance, atMs: number): IssuanceIn<'failed' | 'expired'> {
  if (before.state === 'issued') return expired(before, atMs);
  const last = before.attempts.at(-1)?.code ?? '';
  return failed(before, { code: isErrorCode(last) ? last : 'sts.outcomeUnknown', atMs });
}

/** Claimed, and silent past its fence. Terminal: a re-run is a new request that names this one. */
export function unknown(before: IssuanceIn<'claimed'>, atMs: number): IssuanceIn<'unknown'> {
  const entry = { type: 'unknown' as const, atMs, facts: { attempt: before.attempt } };
  return { ...settledCore(before), ...chained(before, entry), state: 'unknown', exception: 'unknown' };
}

/** The sweeper saw the job's report: binds it into the trail and looks no more. The state stays. */
export function settled(
  before: IssuanceIn<'completed'> | IssuanceIn<'failed'>,
  { reportSha256, atMs }: { readonly reportSha256: string; readonly atMs: number },
): Issuance {
  const entry = { type: 'settled' as const, atMs, facts: { attempt: before.attempt, reportSha256 } };
  // A job's report may touch no index: its failure is found by the audit from here on.
  const exception = before.state === 'failed' ? { exception: 'failed' as const } : {};
  return { ...settledCore(before), ...chained(before, entry), ...exception };
}
