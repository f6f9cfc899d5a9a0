import { describe, expect, it } from 'vitest';
import { faultyWorld } from '../support/faulty-world/world.ts';
import { START_MS } from '../support/frozen-clock.ts';
import { runJobEvent } from '../support/queue-message.ts';

/** T33: events out of an archive, a dead-letter queue or somebody's notes are sent once more. */
const DAY_MS = 86_400_000;
const at = (epochMs: number, more: object = {}) =>
  runJobEvent({ envelope: { time: new Date(epochMs).toISOString(), ...more } });

async function sent(...bodies: readonly string[]) {
  const world = await faultyWorld();
  for (const body of bodies) {
    world.queue.add(body);
    await world.drain();
  }
  const outside = world.sites().filter((site) => /^(sts|kms|lambda)\./.test(site));
  return { world, outside, requests: await world.requests() };
}

describe('an old event', () => {
  it.each<[string, string, string]>([
    ['a day and a moment old', at(START_MS - DAY_MS - 1), 'request.tooOld'],
    ['of last year', at(START_MS - 365 * DAY_MS), 'request.tooOld'],
    ['from an archive', at(START_MS, { 'replay-name': 'all-of-may' }), 'request.replayed'],
    ['from an archive, and old', at(START_MS - 2 * DAY_MS, { 'replay-name': 'x' }), 'request.replayed'],
    ['from an archive without a name', at(START_MS, { 'replay-name': '' }), 'request.replayed'],
    ['of tomorrow, to be kept for later', at(START_MS + DAY_MS), 'request.fromFuture'],
  ])('gets nothing, on record: %s', async (_, body, reason) => {
    const { outside, requests, world } = await sent(body);
    expect(outside).toEqual([]);
    expect(requests).toMatchObject([{ decision: 'refused', refusal: { reason } }]);
    expect(await world.violations()).toEqual([]);
  });

  it('is the request that it was, for as long as it is not too old, and then none', async () => {
    const { world } = await sent(at(START_MS));
    await world.settle();
    const [before] = await world.requests();
    for (let hour = 0; hour < 30; hour += 1) {
      world.clock.advance(3_600_000);
      world.queue.add(at(START_MS));
      await world.drain();
    }
    await world.settle();
    expect(await world.requests()).toEqual([before]);
    expect([world.sts.asked.length, world.host.runs.length]).toEqual([1, 1]);
    expect(await world.violations()).toEqual([]);
  });

  it('that was refused stays refused, whatever was changed since', async () => {
    const { world } = await sent(at(START_MS, { 'replay-name': 'x' }), at(START_MS, { 'replay-name': 'x' }));
    await world.settle();
    expect(world.sts.asked).toEqual([]);
    expect(await world.requests()).toHaveLength(1);
  });
});
