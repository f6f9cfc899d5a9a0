import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type Issuance, type IssuanceIn, issuanceIdOf, issuanceSchema, LIMITS } from '../../../lib/broker/issuance.ts';
import { denied, expired, failed, revoked, settled, unknown, usedUp } from '../../../lib/broker/issuance-endings.ts';
import {
  issued,
  leaseExpired,
  nextAttempt,
  nextCall,
  openIntended,
  openRefused,
  released,
  rescheduled,
  ticketRemoved,
} from '../../../lib/broker/issuance-transitions.ts';
import { trailHolds } from '../../../lib/broker/trail.ts';
import { DUE_SHARD } from '../../../lib/platform/table-keys.ts';
import { EDGES, foldOf, TERMINAL } from '../../support/faulty-world/fold.ts';
import { attemptsRise } from '../../support/faulty-world/invariants.ts';
import { START_MS } from '../../support/frozen-clock.ts';

const at = START_MS;
const requestId = `req_${'a'.repeat(32)}`;
const accountId = '222222222222';
const recordId = issuanceIdOf({ requestId, job: 'scan-account', accountId });
const identity = { recordId, requestId, tenantId: 'acme', accountId, job: 'scan-account', requester: 'scans' };
const refusal = { reason: 'tenant.suspended', explanation: 'off' } as const;
const roleArn = `arn:aws:iam::${accountId}:role/credential-broker/scanner`;
const grounds = { owner: 'owner-1', roleArn, tenantVersion: 3, roleVersion: 2, inputSha256: 'a'.repeat(64) };
const session = {
  accessKeyId: 'ASIA0000000000000001',
  assumedRoleId: 'AROA:s',
  stsRequestId: 'sts-1',
  issuedAtMs: at,
  expiresAtMs: at + 900_000,
};
const ticket = { wrappedKey: new Uint8Array([1, 2, 3]), attempt: 1, usableUntilMs: at + 300_000 };
const facts = { ...session, fenceMs: at + 600_000, policySha256: 'b'.repeat(64), ticket };

const intended = openIntended(identity, grounds, at);
const throttled = released(
  intended,
  { code: 'sts.unavailable', resume: 'call', outcome: 'open', retryAtMs: at + 1 },
  at,
);
const lost = released(
  intended,
  { code: 'sts.outcomeUnknown', resume: 'attempt', outcome: 'unknown', retryAtMs: at + 1 },
  at,
);
const dropped = released(
  intended,
  { code: 'seal.failed', resume: 'attempt', outcome: 'undelivered', retryAtMs: at + 1, session },
  at,
);
const issuedOne = issued(intended, facts, at);
const undelivered = ticketRemoved(issuedOne, { type: 'undelivered', code: 'job.busy', dueAtMs: at + 1, atMs: at });
const unclaimed = ticketRemoved(issuedOne, { type: 'ticketRemoved', dueAtMs: at + 1, atMs: at });
const claimed = claim(issuedOne);
const completed: IssuanceIn<'completed'> = {
  ...claimed,
  state: 'completed',
  report: { atMs: at, attempt: 1, outcome: 'completed', summary: '{}' },
};

/** What the job does, which the broker has no function for. */
function claim({ ticket: _ticket, ...rest }: IssuanceIn<'issued'>): IssuanceIn<'claimed'> {
  return { ...rest, state: 'claimed', claim: { atMs: at, attempt: 1, by: 'request' } };
}

type Change = { readonly name: string; readonly before: Issuance | undefined; readonly after: Issuance };

const secondGrounds = { ...grounds, owner: 'owner-2' };
const changes: readonly Change[] = [
  { name: 'openRefused', before: undefined, after: openRefused(identity, refusal, at) },
  { name: 'openIntended', before: undefined, after: intended },
  { name: 'nextCall in place', before: intended, after: nextCall(intended, { owner: 'owner-1' }, at) },
  { name: 'nextCall anew', before: throttled, after: nextCall(throttled, secondGrounds, at) },
  { name: 'nextAttempt after silence', before: intended, after: nextAttempt(intended, secondGrounds, at) },
  { name: 'nextAttempt after a refusal', before: throttled, after: nextAttempt(throttled, secondGrounds, at) },
  { name: 'nextAttempt after a lost answer', before: lost, after: nextAttempt(lost, secondGrounds, at) },
  { name: 'nextAttempt after a dropped session', before: dropped, after: nextAttempt(dropped, secondGrounds, at) },
  { name: 'nextAttempt after an unclaimed one', before: unclaimed, after: nextAttempt(unclaimed, secondGrounds, at) },
  {
    name: 'nextAttempt after an undelivered one',
    before: undelivered,
    after: nextAttempt(undelivered, secondGrounds, at),
  },
  { name: 'released to call again', before: intended, after: throttled },
  { name: 'released with a lost answer', before: intended, after: lost },
  { name: 'released with a dropped session', before: intended, after: dropped },
  { name: 'leaseExpired', before: intended, after: leaseExpired(intended, at) },
  { name: 'issued', before: intended, after: issuedOne },
  { name: 'undelivered', before: issuedOne, after: undelivered },
  { name: 'ticketRemoved', before: issuedOne, after: unclaimed },
  {
    name: 'denied',
    before: intended,
    after: denied(intended, { code: 'sts.denied', stsRequestId: 'sts-1', atMs: at }),
  },
  { name: 'failed', before: intended, after: failed(intended, { code: 'sts.policyRejected', atMs: at }) },
  { name: 'failed after a lost answer', before: lost, after: failed(lost, { code: 'sts.outcomeUnknown', atMs: at }) },
  { name: 'usedUp while intended', before: lost, after: usedUp(lost, at) },
  { name: 'usedUp while issued', before: unclaimed, after: usedUp(unclaimed, at) },
  { name: 'revoked while intended', before: throttled, after: revoked(throttled, refusal, at) },
  { name: 'revoked while issued', before: issuedOne, after: revoked(issuedOne, refusal, at) },
  { name: 'expired with its ticket', before: issuedOne, after: expired(issuedOne, at) },
  { name: 'expired without', before: undelivered, after: expired(undelivered, at) },
  { name: 'unknown', before: claimed, after: unknown(claimed, at) },
  { name: 'settled', before: completed, after: settled(completed, { reportSha256: 'c'.repeat(64), atMs: at }) },
];

describe.each(changes)('the change "$name"', ({ before, after }) => {
  it('gives an issuance of the closed schema, along an edge of the protocol', () => {
    expect(isDeepStrictEqual(v.parse(issuanceSchema, after), after)).toBe(true);
    expect(EDGES[before?.state ?? 'new']).toContain(after.state);
  });

  it('adds exactly one entry to a trail that holds, and changes none', () => {
    expect(after.trail).toHaveLength((before?.trail.length ?? 0) + 1);
    expect(after.trail.slice(0, -1)).toEqual(before?.trail ?? []);
    expect(trailHolds(after.trail, recordId)).toBe(true);
    expect(after.trailHead).toBe(after.trail.at(-1)?.hash);
  });

  it('has the state that its trail, claim and report say', () => {
    expect(foldOf(after)).toBe(after.state);
  });

  it('lets attempts and calls only rise', () => {
    expect(after.attempt).toBeGreaterThanOrEqual(before?.attempt ?? 0);
    expect(after.attempts).toHaveLength(after.attempt);
    expect(attemptsRise(after)).toBe(true);
  });

  it('is due exactly while it is open, and holds no ticket once it has ended', () => {
    const open = !TERMINAL.has(after.state);
    expect(after.dueShard).toBe(open ? DUE_SHARD : undefined);
    expect(after.dueAtMs === undefined).toBe(!open);
    if (!open) expect(after).not.toHaveProperty('ticket');
  });

  it('never says more of a session than which one it was', () => {
    expect(Object.keys(after).filter((name) => /secret|token|policy$|external/i.test(name))).toEqual([]);
  });
});

describe('what became of an attempt', () => {
  const outcomes = [
    { after: 'a claim that never came', of: nextAttempt(unclaimed, secondGrounds, at), outcome: 'unclaimed' },
    { after: 'a hand-over that was refused', of: nextAttempt(undelivered, secondGrounds, at), outcome: 'undelivered' },
    { after: 'a session that was dropped', of: nextAttempt(dropped, secondGrounds, at), outcome: 'undelivered' },
    { after: 'an answer that was lost', of: nextAttempt(lost, secondGrounds, at), outcome: 'unknown' },
    { after: 'a silent owner', of: nextAttempt(intended, secondGrounds, at), outcome: 'unknown' },
    { after: 'a refusal read in full', of: nextAttempt(throttled, secondGrounds, at), outcome: 'failed' },
    { after: 'an expiry', of: expired(issuedOne, at), outcome: 'unclaimed' },
    { after: 'an expiry of what nobody took', of: expired(undelivered, at), outcome: 'undelivered' },
    { after: 'a revocation', of: revoked(issuedOne, refusal, at), outcome: 'revoked' },
    { after: 'a revocation of a lost one', of: revoked(lost, refusal, at), outcome: 'unknown' },
  ];

  it.each(outcomes)('is told after $after: $outcome', ({ of, outcome }) => {
    expect(of.attempts[0]?.outcome).toBe(outcome);
  });
});

describe('an intent', () => {
  it('keeps others away for the lease, and says on what grounds', () => {
    expect(intended).toMatchObject({ leaseUntilMs: at + LIMITS.leaseMs, dueAtMs: at + LIMITS.leaseMs, call: 1 });
    expect(intended.trail[0]).toMatchObject({ ...grounds, sessionName: `${recordId}.1`, attempt: 1, call: 1 });
  });

  it('has a session name that STS takes, another for each attempt', () => {
    const names = [intended, nextAttempt(intended, secondGrounds, at)].map(
      ({ attempts }) => attempts.at(-1)?.sessionName,
    );
    expect(names).toEqual([`${recordId}.1`, `${recordId}.2`]);
    for (const name of names) expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});

describe('a rescheduling', () => {
  it('moves the time and nothing else', () => {
    expect(rescheduled(intended, at + 7)).toEqual({ ...intended, dueAtMs: at + 7 });
  });
});
