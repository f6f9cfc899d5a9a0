import { describe, expect, it } from 'vitest';
import { archiveChange, type ReadChange } from '../../../../lib/audit/archive/archive-change.ts';
import { tables } from '../../../support/dynamo-tables.ts';
import type { Fault } from '../../../support/faulty-world/faults.ts';
import { storeInMemory } from '../../../support/faulty-world/store.ts';
import { faultyWorld } from '../../../support/faulty-world/world.ts';
import { streamChange } from '../../../support/stream-change.ts';

const FAULTS: readonly Fault[] = [
  'crashBefore',
  'crashAfter',
  'loseRequest',
  'loseResponse',
  'throttle',
  { slowMs: 40_000 },
];

/** Every change of the ledger in a run of the protocol in which calls break at random, until all has ended. */
async function changesOf(seed: number): Promise<readonly ReadChange[]> {
  const store = storeInMemory();
  const changes: ReadChange[] = [];
  const world = await faultyWorld({ store });
  const watching = store.memory?.onWrite;
  if (store.memory === undefined) throw new Error('the store is not in memory');
  store.memory.onWrite = (table, change) => {
    watching?.(table, change);
    if (table === tables.ledgerTable) changes.push(archiveChange(streamChange(change, changes.length + 1)));
  };
  const below = randomFrom(seed);
  world.faults.choose = () => (below(100) < 15 ? FAULTS[below(FAULTS.length)] : undefined);
  world.ask();
  for (let step = 0; step < 30; step += 1) {
    await [world.pump, world.pump, world.sweep, world.runJobs, async () => world.clock.advance(1_000 * below(90))][
      below(5)
    ]?.();
    await new Promise(setImmediate);
  }
  if (below(3) === 0) await world.suspend();
  await world.settle();
  return changes;
}

/** Mulberry32, as `test/support/faulty-world/random-run.ts`. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

describe('the changes of random runs of the protocol', () => {
  it('have nothing wrong with them, whatever breaks', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 120; seed += 1) {
      for (const { archived, after } of await changesOf(seed)) {
        expect(archived.findings, `seed ${seed}, ${archived.changeId}`).toEqual([]);
        if (after?.recordType === 'issuance') seen.add(`${after.state} ${after.trail.at(-1)?.type}`);
      }
    }
    // A run that only ever did the same would prove little.
    expect(seen.size).toBeGreaterThan(10);
  }, 30_000);
});
