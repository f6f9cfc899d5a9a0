import { beforeAll, describe, expect, it } from 'vitest';
import { canHappen } from '../simulate/fault-plan.ts';
import { type HappyPathRun, happyPath } from '../simulate/happy-path.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';

/** T35: an answer that is lost must not become a second session that nobody announced, or a second use of one. */
describe('an answer that is lost', () => {
  let sites: readonly string[];
  let runs: readonly (HappyPathRun & { readonly at: number })[];
  beforeAll(async () => {
    ({ sites } = await happyPath([]));
    runs = await Promise.all(
      sites.map(async (_, at) => ({ at, ...(await happyPath([{ at, kind: 'loseResponse' }])) })),
    );
  });

  it('is one of STS, the tables, KMS, the queue and Lambda', () => {
    const kinds = new Set(sites.map((site) => site.split('.')[0]));
    for (const kind of ['sts', 'ledger', 'tenants', 'switches', 'kms', 'lambda']) expect(kinds).toContain(kind);
  });

  it('breaks nothing, at whichever call it is lost', () => {
    expect(runs.flatMap(({ at, violations }) => violations.map((one) => `${sites[at]}: ${one}`))).toEqual([]);
  });

  it('costs at most one attempt, and makes the issuance end', () => {
    for (const { state, attempts } of runs) {
      expect(['completed', 'failed', 'unknown']).toContain(state);
      expect(attempts).toBeLessThanOrEqual(2);
    }
  });

  it('breaks nothing at two calls either, wherever STS was the first', async () => {
    const sts = sites.indexOf('sts.assume');
    for (let at = sts + 1; at < sites.length + 8; at += 2) {
      const { violations } = await happyPath([
        { at: sts, kind: 'loseResponse' },
        { at, kind: 'loseResponse' },
      ]);
      expect(violations).toEqual([]);
    }
  });

  it('costs nothing where the client asked again by itself: its own write is known again', async () => {
    const repeatable = [...sites.keys()].filter((at) => canHappen(sites[at] ?? '', 'repeat'));
    expect(repeatable.length).toBeGreaterThan(8);
    for (const at of repeatable) {
      const { violations, state, attempts } = await happyPath([{ at, kind: 'repeat' }]);
      expect({ site: sites[at], violations, state, attempts }).toEqual({
        site: sites[at],
        violations: [],
        state: 'completed',
        attempts: 1,
      });
    }
  });

  it('of STS leaves at most three sessions, each announced, and one line of the trail for each', async () => {
    const world = await faultyWorld();
    world.faults.breakAlways('sts.assume', 'loseResponse');
    world.ask();
    await world.drain();
    await world.minutes(30);
    expect(world.sts.minted).toHaveLength(3);
    const { attempts, trail, state } = await world.issuance();
    expect(state).toBe('failed');
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(trail.filter(({ type }) => type === 'intended')).toHaveLength(3);
    expect(world.lambda.invocations).toEqual([]);
    expect(await world.violations()).toEqual([]);
  });

  it('would be seen to be asked for again, unannounced', async () => {
    const world = await faultyWorld({ wiring: 'stsRetried' });
    world.faults.breakAt('sts.assume', 'loseResponse');
    world.ask();
    await world.drain();
    expect(await world.violations()).toContainEqual(expect.stringMatching(/^I1: 2 calls for .*, 1 announced/));
  });
});
