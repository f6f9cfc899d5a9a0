import type { Issuance } from '../../../lib/ledger/issuance.ts';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { denied, expired, failed, revoked, settled, unknown, usedUp } from '../../../lib/ledger/issuance-endings.ts';
import { nextAttempt, nextCall, openIntended, openRefused } from '../../../lib/ledger/issuance-intents.ts';
import { issued, leaseExpired, released, ticketRemoved } from '../../../lib/ledger/issuance-transitions.ts';
import { DUE_SHARD } from '../../../lib/platform/table-keys.ts';
import { at, facts, grounds, identity, type Lives, recordId, refusal, session } from '../broker/issuance-lives.ts';

const { ticket, ...factsForCaller } = facts;

/** When each change is made: later than everything before it. */
export const later = at + 10_000;

/** A change of an issuance, and all that it changes. */
export type ChangeCase = {
  readonly name: string;
  readonly before: keyof Lives | undefined;
  readonly after: (from: Lives) => Issuance;
  /** The attributes that are new or differ, but for the trail and the attempts. */
  readonly set: object;
  readonly removed?: readonly string[];
  /** The new entry of the trail, without its place in the chain. */
  readonly entry: object;
  /** What is new or differs in the last attempt. */
  readonly attempt: object;
  /** What differs in the attempt before. */
  readonly closed?: object;
};

const opened = { ...identity, recordType: 'issuance', recordedAtMs: later, day: '2031-05-06' };
const lease = { dueAtMs: later + LIMITS.leaseMs, leaseUntilMs: later + LIMITS.leaseMs };
const intent = { dueShard: DUE_SHARD, ...lease, state: 'intended', owner: 'owner-1', call: 1, resume: 'attempt' };
const begun = (sessionName: string) => ({ sessionName, intendedAtMs: later, calls: 1, outcome: 'open' });
const intendedBy = {
  set: { ...opened, ...intent, attempt: 1, roleArn: grounds.roleArn },
  entry: { ...grounds, attempt: 1, call: 1, sessionName: `${recordId}.1`, leaseUntilMs: lease.leaseUntilMs },
  attempt: { attempt: 1, ...begun(`${recordId}.1`) },
};
const retryAtMs = later + 5000;
const givenBack = { dueAtMs: retryAtMs, leaseUntilMs: later };
const found = { lastAccessKeyId: session.accessKeyId, lastStsRequestId: session.stsRequestId };
const unnumbered = { stsRequestId: '' };
const notDue = ['dueAtMs', 'dueShard'];
const calledOnce = { attempt: 1, call: 1 };
const answer = { code: 'sts.denied', stsRequestId: 'sts-2' } as const;
const told = { tenantVersion: 4, externalId: 'next', ...answer } as const;
const wrong = { code: 'sts.policyRejected', stsRequestId: 'sts-2' } as const;
const unreadable = { code: 'sts.outcomeUnknown' } as const;
const unsealed = { code: 'seal.failed', outcome: 'undelivered' } as const;
const no = { code: refusal.reason, explanation: refusal.explanation };

// biome-ignore format: a table, one change to a row
export const changeCases: readonly ChangeCase[] = [
  { name: 'a refusal', before: undefined, after: () => openRefused(identity, refusal, later), set: { ...opened, attempt: 0, state: 'refused', exception: 'refused', refusal }, entry: { type: 'refused', ...no }, attempt: {} },
  { name: 'an intent', before: undefined, after: () => openIntended(identity, grounds, later), ...intendedBy, entry: { type: 'intended', ...intendedBy.entry } },
  { name: 'an intent for a caller', before: undefined, after: () => openIntended({ ...identity, delivery: 'caller' }, grounds, later), set: { ...intendedBy.set, delivery: 'caller' }, entry: { type: 'intended', ...intendedBy.entry, delivery: 'caller' }, attempt: intendedBy.attempt },
  { name: 'a further call', before: 'throttled', after: ({ throttled }) => nextCall(throttled, { owner: 'owner-2' }, later), set: { ...lease, owner: 'owner-2', call: 2, resume: 'attempt' }, entry: { type: 'called', attempt: 1, call: 2, owner: 'owner-2', leaseUntilMs: lease.leaseUntilMs }, attempt: { calls: 2 } },
  { name: 'a further call after an answer', before: 'throttled', after: ({ throttled }) => nextCall(throttled, { owner: 'owner-2', ...told }, later), set: { ...lease, owner: 'owner-2', call: 2, resume: 'attempt', lastStsRequestId: 'sts-2' }, entry: { type: 'called', attempt: 1, call: 2, owner: 'owner-2', ...told, leaseUntilMs: lease.leaseUntilMs }, attempt: { calls: 2 } },
  { name: 'a further attempt', before: 'unclaimed', after: ({ unclaimed }) => nextAttempt(unclaimed, { ...grounds, owner: 'owner-2' }, later), set: { ...lease, state: 'intended', attempt: 2, owner: 'owner-2' }, entry: { type: 'intended', ...intendedBy.entry, owner: 'owner-2', attempt: 2, sessionName: `${recordId}.2` }, attempt: { attempt: 2, ...begun(`${recordId}.2`) } },
  { name: 'a further attempt after a session that could be claimed', before: 'issuedOne', after: ({ issuedOne }) => nextAttempt(issuedOne, { ...grounds, owner: 'owner-2' }, later), set: { ...lease, state: 'intended', attempt: 2, owner: 'owner-2' }, removed: ['ticket'], closed: { outcome: 'unclaimed' }, entry: { type: 'intended', ...intendedBy.entry, owner: 'owner-2', attempt: 2, sessionName: `${recordId}.2` }, attempt: { attempt: 2, ...begun(`${recordId}.2`) } },
  { name: 'a session for a job', before: 'intended', after: ({ intended }) => issued(intended, facts, later), set: { dueAtMs: ticket.usableUntilMs, state: 'issued', ticket, ...found }, entry: { type: 'issued', ...calledOnce, ...factsForCaller, usableUntilMs: ticket.usableUntilMs }, attempt: { outcome: 'issued', ...factsForCaller, usableUntilMs: ticket.usableUntilMs } },
  { name: 'a session of an answer without a request id', before: 'intended', after: ({ intended }) => issued(intended, { ...facts, ...unnumbered }, later), set: { dueAtMs: ticket.usableUntilMs, state: 'issued', ticket, lastAccessKeyId: session.accessKeyId }, entry: { type: 'issued', ...calledOnce, ...factsForCaller, ...unnumbered, usableUntilMs: ticket.usableUntilMs }, attempt: { outcome: 'issued', ...factsForCaller, ...unnumbered, usableUntilMs: ticket.usableUntilMs } },
  { name: 'a session for a caller', before: 'intended', after: ({ intended }) => issued(intended, factsForCaller, later), set: { dueAtMs: facts.fenceMs, state: 'issued', ...found }, entry: { type: 'issued', ...calledOnce, ...factsForCaller }, attempt: { outcome: 'issued', ...factsForCaller } },
  { name: 'a release to call again', before: 'intended', after: ({ intended }) => released(intended, { code: 'sts.unavailable', resume: 'call', outcome: 'open', retryAtMs, session: { stsRequestId: 'sts-2' } }, later), set: { ...givenBack, resume: 'call', lastStsRequestId: 'sts-2' }, entry: { type: 'released', ...calledOnce, code: 'sts.unavailable', stsRequestId: 'sts-2' }, attempt: { code: 'sts.unavailable' } },
  { name: 'a release with a session that was dropped', before: 'intended', after: ({ intended }) => released(intended, { ...unsealed, resume: 'attempt', retryAtMs, session }, later), set: { ...givenBack, ...found }, entry: { type: 'released', ...calledOnce, code: 'seal.failed', ...session }, attempt: { ...unsealed, ...session } },
  { name: 'a release with a lost answer', before: 'intended', after: ({ intended }) => released(intended, { ...unreadable, resume: 'attempt', outcome: 'unknown', retryAtMs }, later), set: givenBack, entry: { type: 'released', ...calledOnce, ...unreadable }, attempt: { ...unreadable, outcome: 'unknown' } },
  { name: 'a lease that ran out', before: 'throttled', after: ({ throttled }) => leaseExpired(throttled, later), set: { dueAtMs: later + LIMITS.handBackMs, leaseUntilMs: later, resume: 'attempt' }, entry: { type: 'leaseExpired', ...calledOnce }, attempt: { outcome: 'unknown' } },
  { name: 'a ticket that nobody claimed', before: 'issuedOne', after: ({ issuedOne }) => ticketRemoved(issuedOne, { type: 'ticketRemoved', dueAtMs: later + 1, atMs: later }), set: { dueAtMs: later + 1 }, removed: ['ticket'], entry: { type: 'ticketRemoved', attempt: 1 }, attempt: { outcome: 'unclaimed' } },
  { name: 'a hand-over that failed', before: 'issuedOne', after: ({ issuedOne }) => ticketRemoved(issuedOne, { type: 'undelivered', code: 'job.busy', dueAtMs: later + 1, atMs: later }), set: { dueAtMs: later + 1 }, removed: ['ticket'], entry: { type: 'undelivered', attempt: 1, code: 'job.busy' }, attempt: { outcome: 'undelivered', code: 'job.busy' } },
  { name: 'a denial', before: 'intended', after: ({ intended }) => denied(intended, { ...answer, atMs: later }), set: { state: 'denied', exception: 'denied', code: 'sts.denied', lastStsRequestId: 'sts-2' }, removed: notDue, entry: { type: 'denied', ...calledOnce, ...answer }, attempt: { outcome: 'denied', ...answer } },
  { name: 'a denial without a request id', before: 'intended', after: ({ intended }) => denied(intended, { code: 'sts.denied', stsRequestId: undefined, atMs: later }), set: { state: 'denied', exception: 'denied', code: 'sts.denied' }, removed: notDue, entry: { type: 'denied', ...calledOnce, code: 'sts.denied' }, attempt: { outcome: 'denied', code: 'sts.denied' } },
  { name: 'a failure', before: 'intended', after: ({ intended }) => failed(intended, { ...wrong, atMs: later }), set: { state: 'failed', exception: 'failed', code: wrong.code, lastStsRequestId: 'sts-2' }, removed: notDue, entry: { type: 'failed', ...calledOnce, ...wrong }, attempt: { outcome: 'failed', ...wrong } },
  { name: 'a failure with a session that was dropped', before: 'intended', after: ({ intended }) => failed(intended, { code: 'seal.failed', lost: { outcome: 'undelivered', session }, atMs: later }), set: { state: 'failed', exception: 'failed', code: 'seal.failed', ...found }, removed: notDue, entry: { type: 'failed', ...calledOnce, code: 'seal.failed', ...session }, attempt: { ...unsealed, ...session } },
  { name: 'a failure whose answer was lost', before: 'intended', after: ({ intended }) => failed(intended, { ...unreadable, lost: { outcome: 'unknown' }, atMs: later }), set: { state: 'failed', exception: 'failed', ...unreadable }, removed: notDue, entry: { type: 'failed', ...calledOnce, ...unreadable }, attempt: { ...unreadable, outcome: 'unknown' } },
  { name: 'a failure after a lost answer', before: 'lost', after: ({ lost }) => failed(lost, { ...unreadable, atMs: later }), set: { state: 'failed', exception: 'failed', ...unreadable }, removed: notDue, entry: { type: 'failed', ...calledOnce, ...unreadable }, attempt: {} },
  { name: 'the end of the attempts, of an intent', before: 'dropped', after: ({ dropped }) => usedUp(dropped, later), set: { state: 'failed', exception: 'failed', code: 'seal.failed' }, removed: notDue, entry: { type: 'failed', ...calledOnce, code: 'seal.failed' }, attempt: {} },
  { name: 'the end of the attempts, of an intent that says nothing', before: 'intended', after: ({ intended }) => usedUp(intended, later), set: { state: 'failed', exception: 'failed', ...unreadable }, removed: notDue, entry: { type: 'failed', ...calledOnce, ...unreadable }, attempt: { ...unreadable, outcome: 'failed' } },
  { name: 'the end of the attempts, of a session', before: 'unclaimed', after: ({ unclaimed }) => usedUp(unclaimed, later), set: { state: 'expired', exception: 'expired' }, removed: notDue, entry: { type: 'expired', attempt: 1 }, attempt: {} },
  { name: 'a revocation of an intent', before: 'intended', after: ({ intended }) => revoked(intended, refusal, later), set: { state: 'revoked', exception: 'revoked', refusal }, removed: notDue, entry: { type: 'revoked', attempt: 1, ...no }, attempt: { outcome: 'revoked' } },
  { name: 'a revocation of a session', before: 'issuedOne', after: ({ issuedOne }) => revoked(issuedOne, refusal, later), set: { state: 'revoked', exception: 'revoked', refusal }, removed: [...notDue, 'ticket'], entry: { type: 'revoked', attempt: 1, ...no }, attempt: { outcome: 'revoked' } },
  { name: 'a revocation after a lost answer', before: 'lost', after: ({ lost }) => revoked(lost, refusal, later), set: { state: 'revoked', exception: 'revoked', refusal }, removed: notDue, entry: { type: 'revoked', attempt: 1, ...no }, attempt: {} },
  { name: 'an expiry', before: 'issuedOne', after: ({ issuedOne }) => expired(issuedOne, later), set: { state: 'expired', exception: 'expired' }, removed: [...notDue, 'ticket'], entry: { type: 'expired', attempt: 1 }, attempt: { outcome: 'unclaimed' } },
  { name: 'an expiry of what nobody took', before: 'undelivered', after: ({ undelivered }) => expired(undelivered, later), set: { state: 'expired', exception: 'expired' }, removed: notDue, entry: { type: 'expired', attempt: 1 }, attempt: {} },
  { name: 'an expiry in a caller’s hands', before: 'inCallersHands', after: ({ inCallersHands }) => expired(inCallersHands, later), set: { state: 'expired', exception: 'expired' }, removed: [...notDue, 'ticket'], entry: { type: 'expired', attempt: 1 }, attempt: {} },
  { name: 'a silence past the fence', before: 'claimed', after: ({ claimed }) => unknown(claimed, later), set: { state: 'unknown', exception: 'unknown' }, removed: notDue, entry: { type: 'unknown', attempt: 1 }, attempt: {} },
  { name: 'the end of a run', before: 'completed', after: ({ completed }) => settled(completed, { reportSha256: 'r', atMs: later }), set: {}, removed: notDue, entry: { type: 'settled', attempt: 1, reportSha256: 'r' }, attempt: {} },
  { name: 'the end of a run that failed', before: 'runFailed', after: ({ runFailed }) => settled(runFailed, { reportSha256: 'r', atMs: later }), set: { exception: 'failed' }, removed: notDue, entry: { type: 'settled', attempt: 1, reportSha256: 'r' }, attempt: {} },
];
