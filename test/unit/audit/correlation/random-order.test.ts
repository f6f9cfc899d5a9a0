import { describe, expect, it } from 'vitest';
import { type CallsReport, outcomeOf, runCalls } from '../../../support/correlation/run-calls.ts';

const small = { stories: 1_000, strays: 13, minutes: 40 };
const alertsOf = ({ world }: CallsReport) => world.alerts().map(({ detail }) => String(detail['stsRequestId']));

describe('CloudTrail’s records, late by up to an hour, several times and in any order', () => {
  it.each([1, 2, 3, 4])('tell of each stray once and of nothing else, seed %i', async (seed) => {
    const run = await runCalls({ ...small, seed, orderSeed: seed + 100 });
    expect(run.planted).toHaveLength(small.strays);
    expect(alertsOf(run).sort()).toEqual([...run.planted].sort());
    expect(run.world.told).toHaveLength(small.strays);
    expect(run.world.ledger.findings).toEqual([]);
  });

  it('come to the same in every order', async () => {
    const runs: CallsReport[] = [];
    for (const orderSeed of [1, 2, 3]) runs.push(await runCalls({ ...small, seed: 7, orderSeed }));
    const [first, ...others] = runs.map(outcomeOf);
    for (const other of others) expect(other).toEqual(first);
    expect(first?.some((line) => line.includes('"isDue":true'))).toBe(false);
  });

  it.each([11, 12, 13, 14, 15, 16])(
    'come to the same with crashes before and after every write, seed %i',
    async (seed) => {
      const calm = await runCalls({ ...small, stories: 400, seed, orderSeed: 1 });
      const stormy = await runCalls({ ...small, stories: 400, seed, orderSeed: 1, crashes: 0.05 });
      expect(stormy.deliveries).toBeGreaterThan(calm.deliveries);
      // The same alert may be told again after a crash; it is one alert all the same, and none is lost.
      expect(alertsOf(stormy).sort()).toEqual([...stormy.planted].sort());
      expect(outcomeOf(stormy)).toEqual(outcomeOf(calm));
      expect(stormy.world.ledger.findings).toEqual([]);
    },
  );
});
