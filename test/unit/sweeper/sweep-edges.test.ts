import { describe, expect, it } from 'vitest';
import { type Issuance, LIMITS } from '../../../lib/ledger/issuance.ts';
import { leaseExpired, released } from '../../../lib/ledger/issuance-transitions.ts';
import { canonicalJson } from '../../../lib/platform/canonical-json.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import { sweepIssuances } from '../../../lib/sweeper/sweep-issuances.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { inMemoryLedger } from '../../support/in-memory-ledger.ts';
import { recordedTransitions } from '../../support/recorded-transitions.ts';
import { at, facts, lives, refusal } from '../broker/issuance-lives.ts';

/** One sweep over this one issuance at that time: what it came to, what is on record, and what was sent. */
async function swept(issuance: Issuance, nowMs: number, change: Partial<ReturnType<typeof inMemoryLedger>> = {}) {
  const memory = inMemoryLedger();
  await memory.open(issuance);
  const sent: string[] = [];
  const log = recordedTransitions();
  const sendToQueue = async (body: string) => void sent.push(body);
  const sweeper = { ledger: { ...memory, ...change }, clock: frozenClock(nowMs), sendToQueue, log };
  const sweeping = sweepIssuances({ remainingMs: () => 60_000 }, sweeper);
  const result = await sweeping.catch((error: unknown) => ({ error }));
  const after = await memory.readIssuance(issuance.recordId).catch(() => undefined);
  return {
    result,
    after,
    sent: sent.map((body) => JSON.parse(body)),
    lines: log.lines,
    item: memory.items.get(issuance.recordId),
  };
}

const moved = { looked: 1, moved: 1, broken: 0 };
const leaseEndMs = at + LIMITS.leaseMs;
const asked = (issuance: Issuance | undefined) => [
  expect.objectContaining({ brokerRecord: 'continue', issuanceId: issuance?.recordId, trailHead: issuance?.trailHead }),
];

describe('the sweeper, of an intent', () => {
  it('hands it back at the end of its lease, and not before', async () => {
    const { intended } = lives();
    expect(await swept(intended, leaseEndMs - 1)).toMatchObject({ result: { looked: 0 }, sent: [] });
    const { result, after, sent } = await swept(intended, leaseEndMs);
    expect(result).toEqual(moved);
    expect(after).toEqual(leaseExpired(intended, leaseEndMs));
    expect(sent).toEqual(asked(after));
  });

  it('looks again at the end of its lease where it is due before', async () => {
    const { intended } = lives();
    const { after, sent } = await swept({ ...intended, dueAtMs: at }, at + 1);
    expect(after).toEqual(intended);
    expect(sent).toEqual([]);
  });

  it.each([
    ['a refusal that was read in full', 'throttled', 'sts.unavailable', 'open'],
    ['a lost answer', 'lost', 'sts.outcomeUnknown', 'unknown'],
  ] as const)('hands it back after %s, with nothing new to tell', async (_, name, code, outcome) => {
    const before = lives()[name];
    const { after, sent } = await swept(before, at + 1000);
    expect(after).toEqual({ ...before, dueAtMs: at + 1000 + LIMITS.handBackMs });
    expect(after?.attempts).toMatchObject([{ code, outcome }]);
    expect(sent).toEqual(asked(after));
  });

  it.each([
    [LIMITS.handBackMs - 1, LIMITS.handBackMs],
    [LIMITS.handBackMs + 1, LIMITS.handBackMs + 1],
    [LIMITS.longestHandBackMs - 1, LIMITS.longestHandBackMs - 1],
    [LIMITS.longestHandBackMs + 1, LIMITS.longestHandBackMs],
  ])('after %i ms without a change hands it back again in %i ms', async (idleMs, againMs) => {
    const { after } = await swept(lives().lost, at + idleMs);
    expect(after?.dueAtMs).toBe(at + idleMs + againMs);
  });

  it.each([
    ['is given up', 1, 'failed'],
    ['is not given up', 0, 'intended'],
  ])('that nothing moved for a day %s %i ms past it', async (_, pastMs, state) => {
    const { after } = await swept(lives().lost, at + LIMITS.openMs + pastMs);
    expect(after?.state).toBe(state);
  });

  it.each([
    ['calls', { resume: 'call', call: LIMITS.calls, attempt: 1 }, 'failed'],
    ['calls but one', { resume: 'call', call: LIMITS.calls - 1, attempt: 1 }, 'intended'],
    ['attempts, with calls left in the last', { resume: 'call', call: 1, attempt: LIMITS.attempts }, 'intended'],
    ['attempts', { resume: 'attempt', call: 1, attempt: LIMITS.attempts }, 'failed'],
    ['attempts but one', { resume: 'attempt', call: LIMITS.calls, attempt: LIMITS.attempts - 1 }, 'intended'],
  ] as const)('that has used up its %s is then: %o, %s', async (_, change, state) => {
    const { after } = await swept({ ...lives().lost, ...change }, at + 1000);
    expect(after?.state).toBe(state);
  });

  it('whose last owner was silent fails with an outcome that nobody knows', async () => {
    const { intended } = lives();
    const [attempt] = intended.attempts;
    const attempts = attempt === undefined ? [] : [{ ...attempt, attempt: LIMITS.attempts }];
    const { after, sent } = await swept({ ...intended, attempt: LIMITS.attempts, attempts }, leaseEndMs);
    expect(after).toMatchObject({ state: 'failed', code: 'sts.outcomeUnknown', attempts: [{ outcome: 'unknown' }] });
    expect(after?.trail.at(-1)).toMatchObject({ type: 'failed', atMs: leaseEndMs, code: 'sts.outcomeUnknown' });
    expect(sent).toEqual([]);
  });

  it('does not call an owner silent who said that the same attempt may call again', async () => {
    const how = { code: 'sts.unavailable', resume: 'call', outcome: 'open', retryAtMs: at + 1 } as const;
    const before = released(lives().intended, how, at);
    const { after } = await swept(before, at + 1);
    expect(after?.trail.map(({ type }) => type)).toEqual(['intended', 'released']);
  });
});

describe('the sweeper, of a session', () => {
  const { usableUntilMs } = facts.ticket;

  it('takes its ticket away when it can no longer be claimed, and not before', async () => {
    const { issuedOne } = lives();
    const early = await swept({ ...issuedOne, dueAtMs: at }, usableUntilMs - 1);
    expect(early.after).toEqual(issuedOne);
    const { after, sent } = await swept(issuedOne, usableUntilMs);
    expect(after).toMatchObject({ state: 'issued', resume: 'attempt', attempts: [{ outcome: 'unclaimed' }] });
    expect(after).not.toHaveProperty('ticket');
    expect(after?.dueAtMs).toBe(usableUntilMs + usableUntilMs - at);
    expect(sent).toEqual(asked(after));
  });

  it('hands back one without a ticket, with nothing new to tell', async () => {
    const { undelivered } = lives();
    const { after, sent } = await swept(undelivered, at + 1000);
    expect(after).toEqual({ ...undelivered, dueAtMs: at + 1000 + LIMITS.handBackMs });
    expect(sent).toEqual(asked(after));
  });

  it('ends the one of the last attempt', async () => {
    const { after, sent } = await swept({ ...lives().undelivered, attempt: LIMITS.attempts }, at + 1000);
    expect(after).toMatchObject({ state: 'expired' });
    expect(sent).toEqual([]);
  });

  it('looks at one that was claimed until its report can no longer come', async () => {
    const claimed = { ...lives().claimed, dueAtMs: at };
    const silentAtMs = facts.fenceMs + LIMITS.reportGraceMs;
    expect((await swept(claimed, silentAtMs - 1)).after).toEqual({ ...claimed, dueAtMs: silentAtMs });
    expect((await swept(claimed, silentAtMs)).after).toMatchObject({ state: 'unknown' });
  });

  it('of a caller leaves it to its fence', async () => {
    const { inCallersHands } = lives();
    const { after, sent } = await swept({ ...inCallersHands, dueAtMs: at }, facts.fenceMs - 1);
    expect(after).toMatchObject({ state: 'issued', dueAtMs: facts.fenceMs });
    expect(sent).toEqual([]);
  });

  it.each(['completed', 'runFailed'] as const)('binds the report of a run that has %s', async (name) => {
    const run = lives()[name];
    const { after } = await swept({ ...run, dueAtMs: at }, at + 1);
    const reportSha256 = sha256Hex(canonicalJson({ claim: run.claim, report: run.report }));
    expect(after?.trail.at(-1)).toMatchObject({ type: 'settled', reportSha256 });
    expect(after).not.toHaveProperty('dueAtMs');
  });
});

describe('the sweeper', () => {
  it.each(['refused', 'denied', 'revoked', 'expired', 'unknown'] as const)(
    'tells of one that is %s and due, which it cannot be, and looks at it an hour later',
    async (state) => {
      const { owner, leaseUntilMs, call, resume, ...core } = lives().lost;
      const owned = { owner, leaseUntilMs, call, resume };
      const shapes: Record<typeof state, Issuance> = {
        refused: { ...core, state: 'refused', refusal },
        denied: { ...core, ...owned, state: 'denied', code: 'sts.denied' },
        revoked: { ...core, ...owned, state: 'revoked', refusal },
        expired: { ...core, ...owned, state: 'expired' },
        unknown: { ...core, ...owned, state: 'unknown' },
      };
      const { result, item, lines } = await swept(shapes[state], at + 1000);
      expect(result).toEqual({ looked: 1, moved: 0, broken: 1 });
      expect(item?.['dueAtMs']).toBe(at + 1000 + 60 * 60_000);
      expect(lines).toMatchObject([{ transition: 'issuance.illegible', code: 'store.itemInvalid' }]);
    },
  );

  it('leaves one that another sweeper was faster with, and sends nothing for it', async () => {
    const beaten = await swept(lives().intended, leaseEndMs, { advance: async () => false });
    expect(beaten).toMatchObject({ result: { looked: 1, moved: 0, broken: 0 }, sent: [] });
  });

  it('leaves one that is gone, or due later than the index says', async () => {
    const { intended } = lives();
    const due = async () => [intended.recordId];
    const left = { looked: 1, moved: 0, broken: 0 };
    expect((await swept(intended, at, { due })).result).toEqual(left);
    expect((await swept(intended, at, { due, readIssuance: async () => undefined })).result).toEqual(left);
  });

  it('puts off one that cannot be read, says which, and tells of the error at the end', async () => {
    const { intended } = lives();
    const problem = new Error('away');
    const away = { readIssuance: () => Promise.reject(problem) };
    const { result, item, lines } = await swept(intended, leaseEndMs, away);
    expect(result).toEqual({ error: problem });
    expect(item?.['dueAtMs']).toBe(leaseEndMs + LIMITS.handBackMs);
    const { recordId: issuanceId } = intended;
    expect(lines).toEqual([{ transition: 'issuance.notSwept', issuanceId, code: 'internal' }]);
  });
});
