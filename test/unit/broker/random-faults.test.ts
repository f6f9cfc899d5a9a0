import { describe, expect, it } from 'vitest';
import { type RandomRun, randomRun } from '../../support/faulty-world/random-run.ts';
import type { Wiring } from '../../support/faulty-world/wiring.ts';

/** The same runs each time. A failing one is printed with its seed: `randomRun(seed)` repeats it. */
const SEEDS = 300;

describe('the protocol under random faults', () => {
  it('keeps every invariant, whatever breaks, and ends every issuance', async () => {
    const broken: Pick<RandomRun, 'seed' | 'violations'>[] = [];
    let faults = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const run = await randomRun(seed);
      faults += run.faults;
      if (run.violations.length > 0) broken.push({ seed, violations: run.violations });
    }
    expect(broken).toEqual([]);
    expect(faults).toBeGreaterThan(SEEDS);
  });

  it('repeats a run exactly from its seed', async () => {
    expect(await randomRun(7)).toEqual(await randomRun(7));
    expect((await randomRun(7)).steps).not.toEqual((await randomRun(8)).steps);
  });
});

describe('a protocol with one safety taken out', () => {
  const mutants: readonly { readonly wiring: Wiring; readonly breaks: RegExp }[] = [
    { wiring: 'noFenceAtIssued', breaks: /^I9: .* the trail does not hold$/ },
    { wiring: 'claimNotOneShot', breaks: /^I3: claimed twice/ },
    { wiring: 'invokeBeforeRecord', breaks: /^I2: .* handed over before its issue was recorded$/ },
    { wiring: 'otherIdUnannounced', breaks: /^I1: \d calls for .*, \d announced$/ },
    { wiring: 'marksUnproven', breaks: /^I4: .* was called with another tags$/ },
  ];

  it.each(mutants)('is caught within the same seeds: $wiring', async ({ wiring, breaks }) => {
    expect(await firstBroken(wiring, breaks)).toBeLessThanOrEqual(SEEDS);
  });
});

/** The first seed whose run breaks the invariant. */
async function firstBroken(wiring: Wiring, breaks: RegExp): Promise<number> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations } = await randomRun(seed, wiring);
    if (violations.some((violation) => breaks.test(violation))) return seed;
  }
  return Number.POSITIVE_INFINITY;
}
