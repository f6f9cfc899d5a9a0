import { describe, expect, it } from 'vitest';
import { isHeldByCaller, isOpenForCaller, sweptForCaller } from '../../../lib/ledger/caller-issuance.ts';
import { LIMITS } from '../../../lib/ledger/issuance.ts';
import { expired, failed } from '../../../lib/ledger/issuance-endings.ts';
import { facts, lives } from '../broker/issuance-lives.ts';

/** What goes to a caller, and what does not, at each turn of its life. */
function turns() {
  const delivery = 'caller' as const;
  const { intended, issuedOne, inCallersHands, completed } = lives();
  const intendedForCaller = { ...intended, delivery };
  return {
    intended,
    issuedOne,
    intendedForCaller,
    inCallersHands,
    completedForCaller: { ...completed, delivery },
    expiredForCaller: expired(inCallersHands, 1),
  };
}

describe('an issuance whose session goes to a caller', () => {
  it.each([
    ['intended', false, false],
    ['issuedOne', false, false],
    ['intendedForCaller', true, false],
    ['inCallersHands', true, true],
    ['completedForCaller', false, false],
    ['expiredForCaller', false, false],
  ] as const)('is told from others: %s is open for one: %s, in its hands: %s', (turn, open, inHands) => {
    const issuance = turns()[turn];
    expect(isOpenForCaller(issuance)).toBe(open);
    expect(isHeldByCaller(issuance)).toBe(inHands);
  });

  it.each([
    ['before', -1, false],
    ['at', 0, true],
    ['after', 1, true],
  ])('ends at the fence of its session: %s it', (_, offsetMs, ends) => {
    const { inCallersHands } = turns();
    const nowMs = facts.fenceMs + offsetMs;
    const swept = sweptForCaller(inCallersHands, nowMs);
    expect(swept).toEqual(ends ? expired(inCallersHands, nowMs) : { ...inCallersHands, dueAtMs: facts.fenceMs });
  });

  it.each([
    ['before', -1, false],
    ['at', 0, true],
    ['after', 1, true],
  ])('has failed when its owner was silent for the lease: %s its end', (_, offsetMs, ends) => {
    const { intendedForCaller } = turns();
    const { leaseUntilMs } = intendedForCaller;
    expect(leaseUntilMs - intendedForCaller.recordedAtMs).toBe(LIMITS.leaseMs);
    const atMs = leaseUntilMs + offsetMs;
    const end = failed(intendedForCaller, { code: 'sts.outcomeUnknown', lost: { outcome: 'unknown' }, atMs });
    const waits = { ...intendedForCaller, dueAtMs: leaseUntilMs };
    expect(sweptForCaller(intendedForCaller, atMs)).toEqual(ends ? end : waits);
  });

  it('of which no fence is on record ends at once', () => {
    const { inCallersHands } = turns();
    const attempts = inCallersHands.attempts.map(({ fenceMs: _fence, ...attempt }) => attempt);
    expect(sweptForCaller({ ...inCallersHands, attempts }, 1)).toMatchObject({ state: 'expired' });
  });
});
