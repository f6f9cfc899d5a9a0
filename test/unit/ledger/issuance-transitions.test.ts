import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { type Issuance, issuanceSchema, LIMITS } from '../../../lib/ledger/issuance.ts';
import { denied, expired, failed, revoked, settled, unknown, usedUp } from '../../../lib/ledger/issuance-endings.ts';
import { nextAttempt, nextCall, openRefused } from '../../../lib/ledger/issuance-intents.ts';
import { leaseExpired, rescheduled } from '../../../lib/ledger/issuance-transitions.ts';
import { trailHolds } from '../../../lib/ledger/trail.ts';
import { DUE_SHARD } from '../../../lib/platform/table-keys.ts';
import { EDGES, foldOf, TERMINAL } from '../../support/faulty-world/fold.ts';
import { attemptsRise } from '../../support/faulty-world/invariants.ts';
import { at, grounds, identity, type Lives, lives, recordId, refusal } from '../broker/issuance-lives.ts';

type Change = {
  readonly name: string;
  readonly before: keyof Lives | undefined;
  readonly after: (from: Lives) => Issuance;
};

const secondGrounds = { ...grounds, owner: 'owner-2' };
const changes: readonly Change[] = [
  { name: 'openRefused', before: undefined, after: () => openRefused(identity, refusal, at) },
  { name: 'openIntended', before: undefined, after: ({ intended }) => intended },
  {
    name: 'nextCall in place',
    before: 'intended',
    after: ({ intended }) => nextCall(intended, { owner: 'owner-1' }, at),
  },
  { name: 'nextCall anew', before: 'throttled', after: ({ throttled }) => nextCall(throttled, secondGrounds, at) },
  {
    name: 'nextAttempt after silence',
    before: 'intended',
    after: ({ intended }) => nextAttempt(intended, secondGrounds, at),
  },
  {
    name: 'nextAttempt after a refusal',
    before: 'throttled',
    after: ({ throttled }) => nextAttempt(throttled, secondGrounds, at),
  },
  {
    name: 'nextAttempt after a lost answer',
    before: 'lost',
    after: ({ lost }) => nextAttempt(lost, secondGrounds, at),
  },
  {
    name: 'nextAttempt after a dropped session',
    before: 'dropped',
    after: ({ dropped }) => nextAttempt(dropped, secondGrounds, at),
  },
  {
    name: 'nextAttempt after an unclaimed one',
    before: 'unclaimed',
    after: ({ unclaimed }) => nextAttempt(unclaimed, secondGrounds, at),
  },
  {
    name: 'nextAttempt after an undelivered one',
    before: 'undelivered',
    after: ({ undelivered }) => nextAttempt(undelivered, secondGrounds, at),
  },
  { name: 'released to call again', before: 'intended', after: ({ throttled }) => throttled },
  { name: 'released with a lost answer', before: 'intended', after: ({ lost }) => lost },
  { name: 'released with a dropped session', before: 'intended', after: ({ dropped }) => dropped },
  { name: 'leaseExpired', before: 'intended', after: ({ intended }) => leaseExpired(intended, at) },
  { name: 'issued', before: 'intended', after: ({ issuedOne }) => issuedOne },
  { name: 'undelivered', before: 'issuedOne', after: ({ undelivered }) => undelivered },
  { name: 'ticketRemoved', before: 'issuedOne', after: ({ unclaimed }) => unclaimed },
  {
    name: 'denied',
    before: 'intended',
    after: ({ intended }) => denied(intended, { code: 'sts.denied', stsRequestId: 'sts-1', atMs: at }),
  },
  {
    name: 'failed',
    before: 'intended',
    after: ({ intended }) => failed(intended, { code: 'sts.policyRejected', atMs: at }),
  },
  {
    name: 'failed after a lost answer',
    before: 'lost',
    after: ({ lost }) => failed(lost, { code: 'sts.outcomeUnknown', atMs: at }),
  },
  { name: 'usedUp while intended', before: 'lost', after: ({ lost }) => usedUp(lost, at) },
  { name: 'usedUp while issued', before: 'unclaimed', after: ({ unclaimed }) => usedUp(unclaimed, at) },
  { name: 'revoked while intended', before: 'throttled', after: ({ throttled }) => revoked(throttled, refusal, at) },
  { name: 'revoked while issued', before: 'issuedOne', after: ({ issuedOne }) => revoked(issuedOne, refusal, at) },
  { name: 'expired with its ticket', before: 'issuedOne', after: ({ issuedOne }) => expired(issuedOne, at) },
  { name: 'expired without', before: 'undelivered', after: ({ undelivered }) => expired(undelivered, at) },
  { name: 'unknown', before: 'claimed', after: ({ claimed }) => unknown(claimed, at) },
  {
    name: 'settled',
    before: 'completed',
    after: ({ completed }) => settled(completed, { reportSha256: 'c'.repeat(64), atMs: at }),
  },
];

function made({ before, after }: Change) {
  const from = lives();
  return { before: before && from[before], after: after(from) };
}

describe.each(changes)('the change "$name"', (change) => {
  it('gives an issuance of the closed schema, along an edge of the protocol', () => {
    const { before, after } = made(change);
    expect(isDeepStrictEqual(v.parse(issuanceSchema, after), after)).toBe(true);
    expect(EDGES[before?.state ?? 'new']).toContain(after.state);
  });

  it('adds exactly one entry to a trail that holds, and changes none', () => {
    const { before, after } = made(change);
    expect(after.trail).toHaveLength((before?.trail.length ?? 0) + 1);
    expect(after.trail.slice(0, -1)).toEqual(before?.trail ?? []);
    expect(trailHolds(after.trail, recordId)).toBe(true);
    expect(after.trailHead).toBe(after.trail.at(-1)?.hash);
  });

  it('has the state that its trail, claim and report say', () => {
    const { after } = made(change);
    expect(foldOf(after)).toBe(after.state);
  });

  it('lets attempts and calls only rise', () => {
    const { before, after } = made(change);
    expect(after.attempt).toBeGreaterThanOrEqual(before?.attempt ?? 0);
    expect(after.attempts).toHaveLength(after.attempt);
    expect(attemptsRise(after)).toBe(true);
  });

  it('is due exactly while it is open, and holds no ticket once it has ended', () => {
    const { after } = made(change);
    const open = !TERMINAL.has(after.state);
    expect(after.dueShard).toBe(open ? DUE_SHARD : undefined);
    expect(after.dueAtMs === undefined).toBe(!open);
    if (!open) expect(after).not.toHaveProperty('ticket');
  });

  it('never says more of a session than which one it was', () => {
    const { after } = made(change);
    expect(Object.keys(after).filter((name) => /secret|token|policy$|external/i.test(name))).toEqual([]);
  });
});

describe('what became of an attempt', () => {
  const outcomes = [
    {
      after: 'a claim that never came',
      of: ({ unclaimed }: Lives) => nextAttempt(unclaimed, secondGrounds, at),
      outcome: 'unclaimed',
    },
    {
      after: 'a hand-over that was refused',
      of: ({ undelivered }: Lives) => nextAttempt(undelivered, secondGrounds, at),
      outcome: 'undelivered',
    },
    {
      after: 'a session that was dropped',
      of: ({ dropped }: Lives) => nextAttempt(dropped, secondGrounds, at),
      outcome: 'undelivered',
    },
    {
      after: 'an answer that was lost',
      of: ({ lost }: Lives) => nextAttempt(lost, secondGrounds, at),
      outcome: 'unknown',
    },
    {
      after: 'a silent owner',
      of: ({ intended }: Lives) => nextAttempt(intended, secondGrounds, at),
      outcome: 'unknown',
    },
    {
      after: 'a refusal read in full',
      of: ({ throttled }: Lives) => nextAttempt(throttled, secondGrounds, at),
      outcome: 'failed',
    },
    { after: 'an expiry', of: ({ issuedOne }: Lives) => expired(issuedOne, at), outcome: 'unclaimed' },
    {
      after: 'an expiry of what nobody took',
      of: ({ undelivered }: Lives) => expired(undelivered, at),
      outcome: 'undelivered',
    },
    { after: 'a revocation', of: ({ issuedOne }: Lives) => revoked(issuedOne, refusal, at), outcome: 'revoked' },
    { after: 'a revocation of a lost one', of: ({ lost }: Lives) => revoked(lost, refusal, at), outcome: 'unknown' },
  ];

  it.each(outcomes)('is told after $after: $outcome', ({ of, outcome }) => {
    expect(of(lives()).attempts[0]?.outcome).toBe(outcome);
  });
});

describe('an intent', () => {
  it('keeps others away for the lease, and says on what grounds', () => {
    const { intended } = lives();
    expect(intended).toMatchObject({ leaseUntilMs: at + LIMITS.leaseMs, dueAtMs: at + LIMITS.leaseMs, call: 1 });
    expect(intended.trail[0]).toMatchObject({ ...grounds, sessionName: `${recordId}.1`, attempt: 1, call: 1 });
  });

  it('has a session name that STS takes, another for each attempt', () => {
    const { intended } = lives();
    const names = [intended, nextAttempt(intended, secondGrounds, at)].map(
      ({ attempts }) => attempts.at(-1)?.sessionName,
    );
    expect(names).toEqual([`${recordId}.1`, `${recordId}.2`]);
    for (const name of names) expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
  });
});

describe('a rescheduling', () => {
  it('moves the time and nothing else', () => {
    const { intended } = lives();
    expect(rescheduled(intended, at + 7)).toEqual({ ...intended, dueAtMs: at + 7 });
  });
});
