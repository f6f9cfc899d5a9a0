/**
 * The changes that the broker makes to an issuance while it lives, as pure functions from the issuance before to the
 * issuance after. Each adds one entry to the trail. The job's own edges (claim and report) are not here: the job
 * writes them. `issuance-endings` has the changes after which nothing follows.
 */
import type { ErrorCode } from '../errors.ts';
import type { Refusal } from '../requests/request.ts';
import {
  type Attempt,
  type Issuance,
  type IssuanceIn,
  LIMITS,
  type OpenIssuance,
  sessionNameOf,
  type Ticket,
  utcDay,
} from './issuance.ts';
import { amendAttempt, answeredBy, chained, closeAttempt, due, without } from './issuance-change.ts';
import type { TrailFacts } from './trail.ts';

export type IssuanceIdentity = {
  readonly recordId: string;
  readonly requestId: string;
  readonly tenantId: string;
  readonly accountId: string;
  readonly job: string;
  readonly requester: string;
  readonly delivery?: 'caller';
};

/** Who holds an intent, on what grounds. */
export type IntentGrounds = {
  readonly owner: string;
  readonly roleArn: string;
  readonly tenantVersion: number;
  readonly roleVersion: number;
  readonly inputSha256?: string;
} & CallTerms;

/** How a call is made: with which of the tenant's external IDs, and marked by what the role was proven to allow. */
export type CallTerms = Pick<TrailFacts, 'externalId' | 'sessionTags' | 'sourceIdentity'>;

/** What is known of a session once STS has answered. */
export type SessionFacts = {
  readonly accessKeyId: string;
  readonly assumedRoleId: string;
  /** Empty where the answer bore none. */
  readonly stsRequestId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
};

export function openRefused(identity: IssuanceIdentity, refusal: Refusal, atMs: number): IssuanceIn<'refused'> {
  const core = { ...identity, recordType: 'issuance' as const, recordedAtMs: atMs, day: utcDay(atMs) };
  const entry = { type: 'refused' as const, atMs, facts: { code: refusal.reason, explanation: refusal.explanation } };
  return {
    ...core,
    attempt: 0,
    attempts: [],
    state: 'refused',
    exception: 'refused',
    refusal,
    ...chained({ recordId: identity.recordId, trail: [] }, entry),
  };
}

export function openIntended(identity: IssuanceIdentity, grounds: IntentGrounds, atMs: number): IssuanceIn<'intended'> {
  const core = { ...identity, recordType: 'issuance' as const, recordedAtMs: atMs, day: utcDay(atMs) };
  return intend({ ...core, attempts: [], trail: [] }, { attempt: 1, grounds, atMs });
}

/** Gives up on what the last attempt may have made, and begins the next. */
export function nextAttempt(before: OpenIssuance, grounds: IntentGrounds, atMs: number): IssuanceIn<'intended'> {
  const { state: _state, ...rest } = without(before, ['ticket']);
  return intend({ ...rest, attempts: closeAttempt(before) }, { attempt: before.attempt + 1, grounds, atMs });
}

/**
 * Who makes a further call, and what the call before was answered. The versions are told where they were read anew since
 * the intent; the answer is told here where the same visit goes on, and by the release where it ended.
 */
export type CallGrounds = Pick<IntentGrounds, 'owner'> &
  Partial<Pick<IntentGrounds, 'tenantVersion' | 'roleVersion'>> &
  CallTerms & {
    readonly code?: ErrorCode;
    readonly stsRequestId?: string;
  };

/** Another AssumeRole call of the same attempt: only after the last one's refusal was read in full. */
export function nextCall(before: IssuanceIn<'intended'>, grounds: CallGrounds, atMs: number): IssuanceIn<'intended'> {
  const leaseUntilMs = atMs + LIMITS.leaseMs;
  const call = before.call + 1;
  const facts = { attempt: before.attempt, call, ...grounds, leaseUntilMs };
  const entry = { type: 'called' as const, atMs, facts };
  return {
    ...before,
    ...chained(before, entry),
    ...due(leaseUntilMs),
    ...answeredBy(grounds),
    owner: grounds.owner,
    call,
    leaseUntilMs,
    resume: 'attempt',
    attempts: amendAttempt(before, { calls: call }),
  };
}

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
  /** `call`: nothing was made, the same attempt may call again. `attempt`: a session was or may have been made. */
  readonly resume: 'call' | 'attempt';
  readonly outcome: Extract<Attempt['outcome'], 'open' | 'unknown' | 'undelivered'>;
  readonly retryAtMs: number;
  readonly session?: Partial<SessionFacts>;
};

/** Hands the issuance to the sweeper before the lease runs out. */
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
    // An attempt that goes on keeps the facts of a session for the call that makes one.
    attempts: amendAttempt(before, {
      outcome: release.outcome,
      code: release.code,
      ...(release.resume === 'attempt' ? session : {}),
    }),
  };
}

/** The owner went silent: whether it called STS is not known. */
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

/** Has the sweeper look again at another time. No entry: nothing happened to the issuance. */
export function rescheduled<Before extends Issuance>(before: Before, dueAtMs: number): Before {
  return { ...before, ...due(dueAtMs) };
}

type Unopened = IssuanceIdentity &
  Pick<Issuance, 'recordType' | 'recordedAtMs' | 'day' | 'attempts' | 'trail' | 'lastAccessKeyId' | 'lastStsRequestId'>;

function intend(
  before: Unopened,
  { attempt, grounds, atMs }: { readonly attempt: number; readonly grounds: IntentGrounds; readonly atMs: number },
): IssuanceIn<'intended'> {
  const sessionName = sessionNameOf({ issuanceId: before.recordId, attempt });
  const leaseUntilMs = atMs + LIMITS.leaseMs;
  const delivery = before.delivery === undefined ? {} : { delivery: before.delivery };
  const facts = { ...grounds, ...delivery, attempt, call: 1, sessionName, leaseUntilMs };
  return {
    ...before,
    ...chained(before, { type: 'intended', atMs, facts }),
    ...due(leaseUntilMs),
    state: 'intended',
    attempt,
    owner: grounds.owner,
    roleArn: grounds.roleArn,
    call: 1,
    leaseUntilMs,
    resume: 'attempt',
    attempts: [...before.attempts, { attempt, sessionName, intendedAtMs: atMs, calls: 1, outcome: 'open' }],
  };
}
