import { describe, expect, it } from 'vitest';
import { amongOthers } from './among-others.ts';
import regressions from './regressions.json' with { type: 'json' };
import { runSeeds } from './run-seeds.ts';
import { simulate } from './simulation.ts';

const regular = { wiring: 'production' as const, from: 1 };

describe('the protocol under random faults', () => {
  it('keeps every invariant at every step, and ends everything once faults stop', async () => {
    const { failures, runs } = await runSeeds({ ...regular, seeds: 1_000, skewLimitMs: 0 });
    expect(failures).toEqual([]);
    expect(runs).toBe(1_000);
  }, 400_000);

  it.each([30_000, 900_000])(
    'keeps them with clocks that are up to %d ms off',
    async (skewLimitMs) => {
      const { failures } = await runSeeds({ ...regular, seeds: 200, skewLimitMs });
      expect(failures).toEqual([]);
    },
    200_000,
  );

  it('keeps them in every run that once broke one', async () => {
    for (const { seed, skewLimitMs } of regressions as { seed: number; skewLimitMs: number }[]) {
      const { violations } = await simulate(seed, { skewLimitMs });
      expect(violations, `seed ${seed}`).toEqual([]);
      expect((await amongOthers(seed)).violations, `seed ${seed}`).toEqual([]);
    }
  });

  it('repeats a run exactly from its seed', async () => {
    const withoutProcesses = (trace: readonly string[]) => trace.map((line) => line.replace(/ \d+:/, ':'));
    const [one, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
    expect(withoutProcesses(again.trace)).toEqual(withoutProcesses(one.trace));
    expect(withoutProcesses(other.trace)).not.toEqual(withoutProcesses(one.trace));
  });
});
