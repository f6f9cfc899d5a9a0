import { describe, expect, it } from 'vitest';
import type { Fault } from '../../support/faulty-world/faults.ts';
import { gate } from '../../support/faulty-world/process.ts';
import { vendIn } from '../../support/faulty-world/vending.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

const SEEDS = 400;
const FAULTS: readonly Fault[] = [
  'crashBefore',
  'crashAfter',
  'loseRequest',
  'loseResponse',
  'repeat',
  'throttle',
  { slowMs: 20_000 },
];

/** A small generator of our own (mulberry32), so that a seed says everything of a run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Given = { readonly accessKeyId: string; readonly atMs: number };

/** Three calls, with faults anywhere, sweeps between them, and one that stands still while time goes on. */
async function run(seed: number): Promise<{ world: FaultyWorld; given: readonly Given[]; texts: readonly string[] }> {
  const random = randomOf(seed);
  const world = await faultyWorld();
  const stalled = gate();
  world.faults.choose = ({ process }) => {
    if (process === 'test' || random() > 0.12) return undefined;
    if (process === 'vending' && random() < 0.15) return { stall: stalled };
    return FAULTS[Math.floor(random() * FAULTS.length)];
  };
  const endings = [];
  for (let call = 1; call <= 3; call += 1) {
    const started = await vendIn(world, { requestId: `url-request-${call}` });
    endings.push(started.finally);
    world.clock.advance(Math.floor(random() * 60_000));
    await world.sweep();
  }
  if (random() < 0.3) await world.suspend();
  world.faults.choose = undefined;
  stalled.open();
  const ended = await Promise.all(endings);
  const answers = ended.flatMap((ending) => (ending.end === 'done' ? [ending.result] : []));
  const given = answers.flatMap(({ statusCode, body }) =>
    statusCode === 200 ? [{ accessKeyId: String(JSON.parse(body).AccessKeyId), atMs: world.clock.nowMs() }] : [],
  );
  return { world, given, texts: answers.filter(({ statusCode }) => statusCode !== 200).map(({ body }) => body) };
}

describe('calls for credentials, with faults anywhere', () => {
  it('give only what is on record, leave nothing open, and leak nothing', async () => {
    let givenInAll = 0;
    const told = [];
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { world, given, texts } = await run(seed);
      const onRecord = (await world.issuances()).map(({ lastAccessKeyId }) => lastAccessKeyId);
      const unrecorded = given.filter(({ accessKeyId }) => !onRecord.includes(accessKeyId));
      await world.settle();
      const violations = await world.violations();
      const leaking = texts.filter((text) => text.includes('canary'));
      const unsettled = (await world.issuances()).filter(
        ({ state, attempts }) => !['failed', 'expired', 'revoked', 'denied'].includes(state) || attempts.length !== 1,
      );
      if (unrecorded.length + violations.length + leaking.length + unsettled.length > 0) {
        told.push({ seed, unrecorded, violations, leaking, unsettled });
      }
      givenInAll += given.length;
      expect(world.queue.everSent).toEqual([]);
    }
    expect(told).toEqual([]);
    expect(givenInAll).toBeGreaterThan(SEEDS / 2);
  });
});
