import { describe, expect, it } from 'vitest';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { happyPath, singleFaults } from './happy-path.ts';
import { simulate } from './simulation.ts';

/** Each safety that is taken out must be missed, by the invariant that it is there for, within so many seeds. */
const SEEDS = 2_000;

const mutants: readonly {
  readonly wiring: Exclude<Wiring, 'production' | 'ownWriteUnknown' | 'suspensionOfAll'>;
  readonly breaks: RegExp;
}[] = [
  { wiring: 'noFenceAtIssued', breaks: /^I9: .* the trail does not hold$/ },
  { wiring: 'claimNotOneShot', breaks: /^I3: claimed twice/ },
  { wiring: 'invokeBeforeRecord', breaks: /^I2: .* handed over before its issue was recorded$/ },
  { wiring: 'givenBeforeRecord', breaks: /^I13: .* was given to .* and is not on record as issued$/ },
  { wiring: 'intentAfterCall', breaks: /^I1: STS was called for .* without an intent$/ },
  { wiring: 'otherIdUnannounced', breaks: /^I1: \d calls for .*, \d announced$/ },
  { wiring: 'marksUnproven', breaks: /^I4: .* was called with another tags$/ },
  { wiring: 'stsRetried', breaks: /^I1: \d calls for .*, \d announced$/ },
  { wiring: 'policyDropped', breaks: /^I4: .* was called with another policy$/ },
  { wiring: 'accountsExpandedAgain', breaks: /^I6: .* is of an account that .* was not allowed$/ },
  { wiring: 'claimWithoutSwitches', breaks: /^I12: ledger\.claim for .* without a reading of the switches$/ },
  { wiring: 'unreadableSwitchIsOn', breaks: /^I12: sts\.assume for .* without a reading of the switches$/ },
  {
    wiring: 'decisionCached',
    breaks: /^I12: sts\.assume for .* (without a reading of the switches|although it was switched off)$/,
  },
  { wiring: 'noSweeper', breaks: /^I8: .* is still (issued|intended)$/ },
  { wiring: 'rerunAfterClaim', breaks: /^I15: .*: claimed to issued$/ },
];

describe('the protocol with one safety taken out', () => {
  it.each(mutants)(
    'breaks an invariant: $wiring',
    async ({ wiring, breaks }) => {
      expect(await firstBroken(wiring, breaks)).toBeLessThanOrEqual(SEEDS);
    },
    400_000,
  );

  it('costs an attempt too many when it does not know its own writes again', async () => {
    const repeats = (await singleFaults()).filter(({ kind }) => kind === 'repeat');
    const runs = await Promise.all(repeats.map((fault) => happyPath([fault], 'ownWriteUnknown')));
    expect(Math.max(...runs.map(({ attempts }) => attempts))).toBe(2);
  });
});

/** The first seed whose run breaks the invariant. */
async function firstBroken(wiring: Wiring, breaks: RegExp): Promise<number> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations } = await simulate(seed, { wiring });
    if (violations.some((violation) => breaks.test(violation))) return seed;
  }
  return Number.POSITIVE_INFINITY;
}
