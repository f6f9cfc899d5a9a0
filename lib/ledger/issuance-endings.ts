/** The changes that end an issuance, in a state that never changes again. Pure; each adds one entry to the trail. */
import { type ErrorCode, isErrorCode } from '../errors.ts';
import type { Issuance, IssuanceIn, OpenIssuance } from './issuance.ts';
import { amendAttempt, answeredBy, chained, settledCore, without } from './issuance-change.ts';
import type { SessionFacts } from './issuance-transitions.ts';

/** STS denied the call. Terminal. */
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
  /** What is known of a session that nobody will use, when it is not on record yet. */
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

/** A later decision refused it, or the session cannot be delivered. Terminal; removes the ticket. */
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

/** No job claimed it in any attempt; or the session of a caller has reached its fence. Terminal. */
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

/** No attempt is left: the issuance ends as its last attempt did. Terminal. */
export function usedUp(before: OpenIssuance, atMs: number): IssuanceIn<'failed' | 'expired'> {
  if (before.state === 'issued') return expired(before, atMs);
  const last = before.attempts.at(-1)?.code ?? '';
  return failed(before, { code: isErrorCode(last) ? last : 'sts.outcomeUnknown', atMs });
}

/** A job claimed it and did not report by its fence. Terminal: a re-run is a new request that names this one. */
export function unknown(before: IssuanceIn<'claimed'>, atMs: number): IssuanceIn<'unknown'> {
  const entry = { type: 'unknown' as const, atMs, facts: { attempt: before.attempt } };
  return { ...settledCore(before), ...chained(before, entry), state: 'unknown', exception: 'unknown' };
}

/** The sweeper saw the job's report: adds its hash to the trail, and is done with the issuance. The state stays. */
export function settled(
  before: IssuanceIn<'completed'> | IssuanceIn<'failed'>,
  { reportSha256, atMs }: { readonly reportSha256: string; readonly atMs: number },
): Issuance {
  const entry = { type: 'settled' as const, atMs, facts: { attempt: before.attempt, reportSha256 } };
  // A job may write no key of an index, so the audit finds its failure only once the sweeper has written this one.
  const exception = before.state === 'failed' ? { exception: 'failed' as const } : {};
  return { ...settledCore(before), ...chained(before, entry), ...exception };
}
