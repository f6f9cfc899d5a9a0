import { describe, expect, it } from 'vitest';
import { amongOthers } from './among-others.ts';

const SEEDS = 60;

describe('a tenant among others', () => {
  it('gets what it gets alone: decisions, sessions, runs and answers, whatever the others do and meet', async () => {
    const kinds = new Set<string>();
    let faults = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const one = await amongOthers(seed);
      expect(one.violations, `seed ${seed}`).toEqual([]);
      for (const kind of one.kinds) kinds.add(kind);
      faults += one.faults;
    }
    expect([...kinds]).toEqual(
      expect.arrayContaining(['completed', 'failed', 'denied', 'expired', 'request refused', 'answered 200']),
    );
    expect(faults).toBeGreaterThan(10 * SEEDS);
  }, 200_000);

  it('would be seen to get something else, were the suspension of one that of all', async () => {
    const broken: string[] = [];
    for (let seed = 1; seed <= SEEDS && broken.length === 0; seed += 1) {
      const { violations } = await amongOthers(seed, 'suspensionOfAll');
      broken.push(...violations);
    }
    expect(broken).toContainEqual(expect.stringMatching(/^I16: .*: alone .*, among others .*tenant.suspended/));
  }, 200_000);
});
