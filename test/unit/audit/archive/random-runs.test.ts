import { describe, expect, it } from 'vitest';
import { archiveChange, type ReadChange } from '../../../../lib/audit/archive/archive-change.ts';
import { archivedLine } from '../../../../lib/audit/archive/archived-change.ts';
import { leafHash } from '../../../../lib/audit/merkle.ts';
import { parseLine } from '../../../../lib/audit/verification/parse-line.ts';
import { makeTrailGrowth } from '../../../../lib/audit/verification/trail-growth.ts';
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

/** Mulberry32. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** What the verification says of an archive of these lines. */
function gapsIn(changes: readonly ReadChange[]): readonly string[] {
  const growth = makeTrailGrowth();
  for (const { archived } of changes) {
    const line = Buffer.from(archivedLine(archived));
    const { reading } = parseLine(line);
    if (reading?.trail === undefined) continue;
    growth.look({ ...reading, trail: reading.trail, leaf: leafHash(line), place: { object: 'changes/', line: 1 } });
  }
  return [...growth.gaps(true)].map(({ recordId }) => recordId);
}

/** Every change of an issuance but the last that adds something, in turn: nothing behind that one would tell. */
function withoutOne(changes: readonly ReadChange[]): readonly (readonly ReadChange[])[] {
  const [latest] = changes
    .filter(({ after }) => after?.recordType === 'issuance')
    .map(({ archived }) => archived.recordId);
  const own = changes.filter(({ archived }) => archived.recordId === latest);
  const told = ({ after }: ReadChange) =>
    after?.recordType === 'issuance'
      ? after.trail.length + ['claim', 'report'].filter((name) => Object.hasOwn(after, name)).length
      : 0;
  // One that is shown a second time, by a change that adds nothing, is not missed.
  const isOnly = (change: ReadChange) => own.filter((one) => told(one) === told(change)).length === 1;
  const most = Math.max(...own.map(told));
  return own.filter((one) => isOnly(one) && told(one) < most).map((left) => own.filter((one) => one !== left));
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

  it('leave no gap in an archive of all of them, and each that is left out does', async () => {
    let leftOut = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const changes = await changesOf(seed);
      expect(gapsIn(changes), `seed ${seed}`).toEqual([]);
      for (const rest of withoutOne(changes)) {
        expect(gapsIn(rest), `seed ${seed}`).toHaveLength(1);
        leftOut += 1;
      }
    }
    expect(leftOut).toBeGreaterThan(100);
  }, 30_000);
});
