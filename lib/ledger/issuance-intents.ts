/**
 * How an issuance is opened, and how each call to STS is announced on it before it is made: as its first call, as
 * another call of the same attempt, or as the next attempt. Pure functions that add one entry to the trail each.
 */
import type { ErrorCode } from '../errors.ts';
import type { Refusal } from '../requests/request.ts';
import { type Issuance, type IssuanceIn, LIMITS, type OpenIssuance, sessionNameOf, utcDay } from './issuance.ts';
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

/** Which invocation holds an intent, and the facts on which it was decided. */
export type IntentGrounds = {
  readonly owner: string;
  readonly roleArn: string;
  readonly tenantVersion: number;
  readonly roleVersion: number;
  readonly inputSha256?: string;
} & CallTerms;

/** How a call is made: with which of the tenant's external IDs, and whether with session tags and a source identity. */
export type CallTerms = Pick<TrailFacts, 'externalId' | 'sessionTags' | 'sourceIdentity'>;

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

/** Begins the next attempt, and gives up whatever session the last one may have made. */
export function nextAttempt(before: OpenIssuance, grounds: IntentGrounds, atMs: number): IssuanceIn<'intended'> {
  const { state: _state, ...rest } = without(before, ['ticket']);
  return intend({ ...rest, attempts: closeAttempt(before) }, { attempt: before.attempt + 1, grounds, atMs });
}

/**
 * Which invocation makes a further call, and which error answered the call before. The versions are given when tenant
 * and role were read again since the intent. The error is given when the same invocation calls again; otherwise the
 * entry of the release has it.
 */
export type CallGrounds = Pick<IntentGrounds, 'owner'> &
  Partial<Pick<IntentGrounds, 'tenantVersion' | 'roleVersion'>> &
  CallTerms & {
    readonly code?: ErrorCode;
    readonly stsRequestId?: string;
  };

/**
 * Another AssumeRole call of the same attempt. Allowed only when an error answered the last call, and was read in
 * full.
 */
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

type BeforeIntent = IssuanceIdentity &
  Pick<Issuance, 'recordType' | 'recordedAtMs' | 'day' | 'attempts' | 'trail' | 'lastAccessKeyId' | 'lastStsRequestId'>;

function intend(
  before: BeforeIntent,
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
