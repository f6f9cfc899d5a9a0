import { describe, expect, it } from 'vitest';
import { runSeeds } from '../run-seeds.ts';

const sdk = { wiring: 'production', over: 'sdk', skewLimitMs: 0 } as const;

describe('the protocol through the clients of the SDK, as they are set when deployed', () => {
  it('keeps every invariant while calls break on the wire; only STS and claims are never asked again', async () => {
    const { failures, runs, repeats, stsCalls, faults } = await runSeeds({ ...sdk, from: 1, seeds: 20 });
    expect(failures).toEqual([]);
    expect(runs).toBe(20);
    expect(repeats).toBeGreaterThan(100);
    expect(stsCalls).toBeGreaterThan(60);
    const kinds = new Set([...faults.keys()].map((name) => name.split(' ')[1]));
    expect(kinds).toContain('cutShort');
    expect(kinds).not.toContain('repeat');
  });

  it('breaks one as soon as the client of STS asks again by itself', async () => {
    const { failures } = await runSeeds({ ...sdk, from: 1, seeds: 20, stsMaxAttempts: 3 });
    const broken = failures.flatMap(({ violations }) => violations);
    expect(broken).toContainEqual(expect.stringMatching(/^I1: \d+ calls for .*, \d announced$/));
    expect(broken).toContainEqual(expect.stringMatching(/^I1: \d+ calls of STS were \d+ HTTP requests$/));
  });

  it('repeats a run exactly from its seed', async () => {
    const [one, again] = [await runSeeds({ ...sdk, from: 3, seeds: 1 }), await runSeeds({ ...sdk, from: 3, seeds: 1 })];
    expect(again).toEqual(one);
  });
});
