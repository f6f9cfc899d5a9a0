/**
 * What follows a call to STS while the issuance stays open: pure functions from the issuance before to the issuance
 * after, each of which adds one entry to the trail. `issuance-intents` announces the calls, `issuance-endings` ends
 * issuances; the claim and the report are not here, because the job writes them.
 */
import type { ErrorCode } from '../errors.ts';
import { type Attempt, type Issuance, type IssuanceIn, LIMITS, type Ticket } from './issuance.ts';
import { amendAttempt, answeredBy, chained, due, without } from './issuance-change.ts';

/** What is known of a session once STS has answered. */
export type SessionFacts = {
  readonly accessKeyId: string;
  readonly assumedRoleId: string;
  /** Empty when the answer had none. */
  readonly stsRequestId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
};

export type IssuedFacts = SessionFacts & {
  readonly fenceMs: number;
  readonly policySha256: string;
  /** Left out where the session goes to a caller: there is nothing to claim. */
  readonly ticket?: Ticket;
};

export function issued(before: IssuanceIn<'intended'>, facts: IssuedFacts, atMs: number): IssuanceIn<'issued'> {
  const { ticket, ...session } = facts;
  const known = { ...session, ...(ticket === undefined ? {} : { usableUntilMs: ticket.usableUntilMs }) };
  const entry = { type: 'issued' as const, atMs, facts: { attempt: before.attempt, call: before.call, ...known } };
  return {
    ...before,
    ...chained(before, entry),
    ...due(ticket?.usableUntilMs ?? facts.fenceMs),
    state: 'issued',
    ...(ticket === undefined ? {} : { ticket }),
    lastAccessKeyId: facts.accessKeyId,
    ...answeredBy(facts),
    attempts: amendAttempt(before, { outcome: 'issued', ...known }),
  };
}

export type Release = {
  readonly code: ErrorCode;
  /** `call`: no session was made, and the same attempt may call again. `attempt`: one was made, or may have been. */
  readonly resume: 'call' | 'attempt';
  readonly outcome: Extract<Attempt['outcome'], 'open' | 'unknown' | 'undelivered'>;
  readonly retryAtMs: number;
  readonly session?: Partial<SessionFacts>;
};

/** The owner gives the issuance up before its lease runs out: the sweeper hands it back at `retryAtMs`. */
export function released(before: IssuanceIn<'intended'>, release: Release, atMs: number): IssuanceIn<'intended'> {
  const session = release.session ?? {};
  const facts = { attempt: before.attempt, call: before.call, code: release.code, ...session };
  return {
    ...before,
    ...chained(before, { type: 'released', atMs, facts }),
    ...due(release.retryAtMs),
    ...(session.accessKeyId === undefined ? {} : { lastAccessKeyId: session.accessKeyId }),
    ...answeredBy(session),
    leaseUntilMs: atMs,
    resume: release.resume,
    // The facts of a session belong to the call that makes one: an attempt that will call again records none yet.
    attempts: amendAttempt(before, {
      outcome: release.outcome,
      code: release.code,
      ...(release.resume === 'attempt' ? session : {}),
    }),
  };
}

/** The lease ran out and the owner wrote nothing: whether it called STS is not known. */
export function leaseExpired(before: IssuanceIn<'intended'>, atMs: number): IssuanceIn<'intended'> {
  return {
    ...before,
    ...chained(before, { type: 'leaseExpired', atMs, facts: { attempt: before.attempt, call: before.call } }),
    ...due(atMs + LIMITS.handBackMs),
    leaseUntilMs: atMs,
    resume: 'attempt',
    attempts: amendAttempt(before, { outcome: 'unknown' }),
  };
}

/** Makes an issued session impossible to claim, so that another attempt may follow. */
export function ticketRemoved(
  before: IssuanceIn<'issued'>,
  {
    type,
    code,
    dueAtMs,
    atMs,
  }: { type: 'ticketRemoved' | 'undelivered'; code?: ErrorCode; dueAtMs: number; atMs: number },
): IssuanceIn<'issued'> {
  const why = code === undefined ? {} : { code };
  return {
    ...without(before, ['ticket']),
    ...chained(before, { type, atMs, facts: { attempt: before.attempt, ...why } }),
    ...due(dueAtMs),
    resume: 'attempt',
    attempts: amendAttempt(before, { outcome: type === 'undelivered' ? 'undelivered' : 'unclaimed', ...why }),
  };
}

/** Has the sweeper look again at another time. Adds no entry to the trail, because nothing happened to the issuance. */
export function rescheduled<Before extends Issuance>(before: Before, dueAtMs: number): Before {
  return { ...before, ...due(dueAtMs) };
}
