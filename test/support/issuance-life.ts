import { type Issuance, type IssuanceIn, issuanceIdOf, LIMITS } from '../../lib/ledger/issuance.ts';
import { denied, expired, failed, revoked, settled, unknown, usedUp } from '../../lib/ledger/issuance-endings.ts';
import { nextAttempt, nextCall, openIntended, openRefused } from '../../lib/ledger/issuance-intents.ts';
import { issued, leaseExpired, released, rescheduled, ticketRemoved } from '../../lib/ledger/issuance-transitions.ts';
import { canonicalJson } from '../../lib/platform/canonical-json.ts';
import { sha256Hex } from '../../lib/platform/ids.ts';
import { START_MS } from './frozen-clock.ts';

/** Issuances as the broker's and the job's own functions make them, at the times at which they may. */
const at = START_MS;
const late = at + LIMITS.leaseMs;
const requestId = `req_${'a'.repeat(32)}`;
const accountId = '222222222222';
const recordId = issuanceIdOf({ requestId, job: 'scan-account', accountId });
export const identity = { recordId, requestId, tenantId: 'acme', accountId, job: 'scan-account', requester: 'scans' };
const refusal = { reason: 'tenant.suspended', explanation: 'off' } as const;
const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/scanner`;
const grounds = { owner: 'owner-1', roleArn, tenantVersion: 3, roleVersion: 2, inputSha256: 'a'.repeat(64) };
const others = { ...grounds, owner: 'owner-2' };
const session = {
  accessKeyId: 'ASIA0000000000000001',
  assumedRoleId: 'AROA:s',
  stsRequestId: 'sts-1',
  issuedAtMs: at,
  expiresAtMs: at + 900_000,
};
const ticket = { wrappedKey: new Uint8Array([1, 2, 3]), attempt: 1, usableUntilMs: at + 300_000 };
const facts = { ...session, fenceMs: at + 600_000, policySha256: 'b'.repeat(64) };

const intended = openIntended(identity, grounds, at);
const calling = nextCall(intended, { owner: 'owner-1', code: 'sts.unavailable', stsRequestId: 'sts-0' }, at);
const release = { code: 'sts.unavailable', retryAtMs: at + 1 } as const;
const throttled = released(
  intended,
  { ...release, resume: 'call', outcome: 'open', session: { stsRequestId: 'sts-0' } },
  at,
);
const lost = released(intended, { ...release, resume: 'attempt', outcome: 'unknown' }, at);
const dropped = released(intended, { ...release, resume: 'attempt', outcome: 'undelivered', session }, at);
const silent = leaseExpired(intended, late);
const issuedOne = issued(intended, { ...facts, ticket }, at);
const undelivered = ticketRemoved(issuedOne, { type: 'undelivered', code: 'job.busy', dueAtMs: at + 1, atMs: at });
const unclaimed = ticketRemoved(issuedOne, { type: 'ticketRemoved', dueAtMs: at + 1, atMs: at });
const claimed = claim(issuedOne);
const completed = report(claimed, 'completed');
const failedByJob = report(claimed, 'failed');
const forCaller = openIntended({ ...identity, delivery: 'caller' }, grounds, at);
const inHands = issued(forCaller, facts, at);

/** What the job does, which the broker has no function for: `lib/job-runtime/claim-ticket.ts`. */
export function claim({ ticket: _ticket, ...rest }: IssuanceIn<'issued'>): IssuanceIn<'claimed'> {
  return { ...rest, state: 'claimed', claim: { atMs: at, attempt: rest.attempt, by: 'invocation-1' } };
}

/** The same, of `lib/job-runtime/write-run-report.ts`. */
export function report<Outcome extends 'completed' | 'failed'>(
  before: IssuanceIn<'claimed'>,
  outcome: Outcome,
): Omit<IssuanceIn<'claimed'>, 'state' | 'report'> & {
  state: Outcome;
  report: { outcome: Outcome; atMs: number; attempt: number };
} {
  return { ...before, state: outcome, report: { atMs: at, attempt: before.attempt, outcome } };
}

function settledAs(before: IssuanceIn<'completed'> | IssuanceIn<'failed'>): Issuance {
  const { claim: made, report: told } = before;
  return settled(before, { reportSha256: sha256Hex(canonicalJson({ claim: made, report: told })), atMs: at });
}

export const lives = {
  intended,
  throttled,
  lost,
  silent,
  issued: issuedOne,
  unclaimed,
  claimed,
  completed,
  failedByJob,
  inHands,
  settled: settledAs(completed),
};

export type LegalChange = { readonly name: string; readonly before: Issuance | undefined; readonly after: Issuance };

/** Every change that the broker, the sweeper and a job make to an issuance. */
export const legalChanges: readonly LegalChange[] = [
  { name: 'refused at once', before: undefined, after: openRefused(identity, refusal, at) },
  { name: 'intended', before: undefined, after: intended },
  { name: 'intended for a caller', before: undefined, after: forCaller },
  { name: 'another call of the same visit', before: intended, after: calling },
  { name: 'another call by another visit', before: throttled, after: nextCall(throttled, others, at) },
  { name: 'released for another call', before: intended, after: throttled },
  { name: 'released with a lost answer', before: intended, after: lost },
  { name: 'released with a dropped session', before: intended, after: dropped },
  {
    name: 'released after another call',
    before: calling,
    after: released(calling, { ...release, resume: 'attempt', outcome: 'unknown' }, at),
  },
  { name: 'the lease ran out', before: intended, after: silent },
  { name: 'the next attempt after silence', before: silent, after: nextAttempt(silent, others, late) },
  { name: 'the next attempt after a refusal', before: throttled, after: nextAttempt(throttled, others, at) },
  { name: 'the next attempt after a lost answer', before: lost, after: nextAttempt(lost, others, at) },
  { name: 'the next attempt after a dropped session', before: dropped, after: nextAttempt(dropped, others, at) },
  { name: 'the next attempt after an unclaimed one', before: unclaimed, after: nextAttempt(unclaimed, others, at) },
  {
    name: 'the next attempt after an undelivered one',
    before: undelivered,
    after: nextAttempt(undelivered, others, at),
  },
  { name: 'issued', before: intended, after: issuedOne },
  { name: 'issued after another call', before: calling, after: issued(calling, { ...facts, ticket }, at) },
  { name: 'issued to a caller', before: forCaller, after: inHands },
  { name: 'undelivered', before: issuedOne, after: undelivered },
  { name: 'its ticket removed', before: issuedOne, after: unclaimed },
  { name: 'looked at later, intended', before: intended, after: rescheduled(intended, at + 5) },
  { name: 'looked at later, issued', before: issuedOne, after: rescheduled(issuedOne, at + 5) },
  { name: 'looked at later, claimed', before: claimed, after: rescheduled(claimed, at + 5) },
  { name: 'looked at later, completed', before: completed, after: rescheduled(completed, at + 5) },
  {
    name: 'denied',
    before: intended,
    after: denied(intended, { code: 'sts.denied', stsRequestId: 'sts-1', atMs: at }),
  },
  {
    name: 'denied without a request id',
    before: intended,
    after: denied(intended, { code: 'sts.denied', stsRequestId: undefined, atMs: at }),
  },
  { name: 'failed', before: intended, after: failed(intended, { code: 'sts.policyRejected', atMs: at }) },
  { name: 'failed after a lost answer', before: lost, after: failed(lost, { code: 'sts.outcomeUnknown', atMs: at }) },
  {
    name: 'failed for a caller, the answer lost',
    before: forCaller,
    after: failed(forCaller, { code: 'sts.outcomeUnknown', lost: { outcome: 'unknown' }, atMs: late }),
  },
  {
    name: 'failed for a caller, the session dropped',
    before: forCaller,
    after: failed(forCaller, { code: 'broker.clockSkewed', lost: { outcome: 'undelivered', session }, atMs: at }),
  },
  {
    name: 'used up in silence',
    before: intended,
    after: failed({ ...intended, attempts: silent.attempts }, { code: 'sts.outcomeUnknown', atMs: late }),
  },
  { name: 'used up, intended', before: lost, after: usedUp(lost, at) },
  { name: 'used up, issued', before: unclaimed, after: usedUp(unclaimed, at) },
  { name: 'revoked, intended', before: throttled, after: revoked(throttled, refusal, at) },
  { name: 'revoked, issued', before: issuedOne, after: revoked(issuedOne, refusal, at) },
  { name: 'revoked, in a caller’s hands', before: inHands, after: revoked(inHands, refusal, at) },
  { name: 'expired with its ticket', before: issuedOne, after: expired(issuedOne, at) },
  { name: 'expired without', before: undelivered, after: expired(undelivered, at) },
  { name: 'expired in a caller’s hands', before: inHands, after: expired(inHands, at) },
  { name: 'claimed', before: issuedOne, after: claimed },
  { name: 'completed', before: claimed, after: completed },
  { name: 'failed by its job', before: claimed, after: failedByJob },
  { name: 'unknown', before: claimed, after: unknown(claimed, at) },
  { name: 'a completion settled', before: completed, after: settledAs(completed) },
  { name: 'a failure settled', before: failedByJob, after: settledAs(failedByJob) },
];
