import { beforeAll, describe, expect, it } from 'vitest';
import { happyPath } from '../simulate/happy-path.ts';
import { gate } from '../support/faulty-world/process.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';

/** T34: a function that stood still past its lease goes on, when somebody else has taken its place. */
async function zombieAt(site: string, wiring: Wiring = 'production') {
  const world = await faultyWorld({ wiring });
  const stopped = gate();
  world.faults.breakAt(site, { stall: stopped });
  world.ask();
  const first = await world.pump();
  expect(first?.now).toEqual({ end: 'stalled' });
  // The lease runs out, the sweeper puts it back, and another invocation makes the next attempt.
  for (let minute = 0; minute < 4; minute += 1) {
    world.clock.advance(60_000);
    await world.sweep();
    await world.drain();
  }
  stopped.open();
  await first?.finally;
  await new Promise(setImmediate);
  return world;
}

describe('a function that finishes late', () => {
  let sites: readonly string[];
  beforeAll(async () => {
    ({ sites } = await happyPath([]));
  });

  it.each(['sts.assume', 'kms.dataKey', 'ledger.issued'])(
    'gives its session to nobody: stopped at %s',
    async (site) => {
      const world = await zombieAt(site);
      await world.settle();
      expect(await world.violations()).toEqual([]);
      const { state, attempts } = await world.issuance();
      expect({ state, attempts: attempts.length }).toEqual({ state: 'completed', attempts: 2 });
      expect(world.host.runs).toMatchObject([{ attempt: 2 }]);
      // The newer one's alone was handed over.
      expect(world.lambda.invocations.map(({ payload }) => payload.attempt)).toEqual([2]);
    },
  );

  it.each(['sts.assume', 'kms.dataKey', 'ledger.issued'])(
    'writes nothing over the one that is on its way in its place: both stopped at %s',
    async (site) => {
      const world = await faultyWorld();
      const [older, newer] = [gate(), gate()];
      world.faults.breakAt(site, { stall: older }, { stall: newer });
      world.ask();
      const first = await world.pump();
      // No longer than until the second one has begun: its own lease must not run out.
      while ((await world.issuance()).attempt === 1) {
        world.clock.advance(60_000);
        await world.sweep();
        await world.drain();
      }
      expect(await world.issuance()).toMatchObject({ state: 'intended', attempt: 2 });
      older.open();
      await first?.finally;
      expect(await world.issuance()).toMatchObject({ state: 'intended', attempt: 2 });
      expect(world.lambda.invocations).toEqual([]);
      newer.open();
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      await world.settle();
      expect(await world.violations()).toEqual([]);
      expect(world.host.runs.length).toBeLessThanOrEqual(1);
    },
  );

  it('breaks nothing, at whichever call it stood still', async () => {
    for (const [at, site] of sites.entries()) {
      const { violations } = await happyPath([{ at, kind: 'stall' }]);
      expect(violations.map((one) => `${site}: ${one}`)).toEqual([]);
    }
  });

  it('would be seen to write over the newer one, without the fence', async () => {
    const world = await zombieAt('ledger.issued', 'noFenceAtIssued');
    await world.settle();
    expect(await world.violations()).not.toEqual([]);
  });
});
