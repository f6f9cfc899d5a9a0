import { describe, expect, it } from 'vitest';
import { START_MS } from '../../support/frozen-clock.ts';
import { letterWorld } from '../../support/letter-world.ts';
import { runJobEvent } from '../../support/queue-message.ts';

const untilMs = START_MS + 20_000;
const good = (n: number) => runJobEvent({ envelope: { id: `event-${n}` } });
const many = (count: number) => Array.from({ length: count }, (_, n) => good(n));

describe('listing dead letters', () => {
  it('takes nothing out: they are visible again, once it is over', async () => {
    const world = letterWorld();
    for (const body of many(25)) world.put('rule', body);
    const { letters, queues } = await world.operations.list({ limit: 50, untilMs });
    expect(letters).toHaveLength(25);
    expect(queues).toEqual([
      { queue: 'requests', letters: 0, inHand: 0 },
      { queue: 'rule', letters: 25, inHand: 0 },
      { queue: 'job-failures', letters: 0, inHand: 0 },
    ]);
    expect(world.store.counts('rule')).toMatchObject({ visible: 25, inFlight: 0 });
    const again = await world.operations.list({ limit: 50, untilMs });
    expect(again.letters.map(({ received }) => received)).toEqual(Array(25).fill(2));
  });

  it('gives so many of each queue, and no letter twice', async () => {
    const world = letterWorld();
    for (const body of many(25)) world.put('rule', body);
    for (const body of many(3)) world.put('requests', body);
    const { letters } = await world.operations.list({ limit: 12, untilMs });
    expect(letters.filter(({ queue }) => queue === 'rule')).toHaveLength(12);
    expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(15);
  });

  it('finds one letter among many', async () => {
    const world = letterWorld();
    for (const body of many(35)) world.put('rule', body);
    const messageId = world.put('rule', '{');
    expect(await world.operations.find(messageId, { untilMs })).toMatchObject({ messageId, kind: 'illegible' });
    expect(await world.operations.find('another', { untilMs })).toBeUndefined();
    expect(world.store.counts('rule')).toMatchObject({ visible: 36 });
  });
});

describe('redriving dead letters', () => {
  it('sends ten a second, and goes on where the time was up', async () => {
    const world = letterWorld();
    for (const body of many(250)) world.put('rule', body);
    expect(await world.operations.redrive({}, { untilMs })).toEqual({ redriven: 200, kept: {}, more: true });
    expect(world.clock.nowMs()).toBe(untilMs);
    expect(await world.operations.redrive({}, { untilMs: untilMs + 20_000 })).toEqual({
      redriven: 50,
      kept: {},
      more: false,
    });
    expect([...world.sent].sort()).toEqual(many(250).sort());
    expect(world.bodies()).toEqual([]);
  });

  it('gets past letters that stay, call by call', async () => {
    const world = letterWorld();
    for (let n = 0; n < 30; n += 1) world.put('requests', `{${n}`);
    for (const body of many(3)) world.put('requests', body);
    const first = await world.operations.redrive({ max: 1 }, { untilMs });
    expect(first).toEqual({ redriven: 1, kept: { illegible: 30 }, more: true });
    expect(await world.operations.redrive({ max: 2 }, { untilMs })).toEqual({ redriven: 2, kept: {}, more: true });
    world.clock.advance(120_000);
    expect(world.store.counts('requests')).toMatchObject({ visible: 30 });
  });

  it('leaves a letter that could not be sent where it is', async () => {
    const world = letterWorld();
    world.put('rule', good(1));
    world.breakNext('send');
    await expect(world.operations.redrive({}, { untilMs })).rejects.toMatchObject({ code: 'store.unavailable' });
    expect([world.sent, world.bodies()]).toEqual([[], [good(1)]]);
    world.clock.advance(120_000);
    const later = { untilMs: untilMs + 120_000 };
    expect(await world.operations.redrive({}, later)).toMatchObject({ redriven: 1 });
  });

  it('sends a letter again when it died between the send and the delete: the same body, so the same request', async () => {
    const world = letterWorld();
    world.put('rule', good(1));
    world.breakNext('delete');
    await expect(world.operations.redrive({}, { untilMs })).rejects.toMatchObject({ code: 'store.unavailable' });
    world.clock.advance(120_000);
    await world.operations.redrive({}, { untilMs: untilMs + 120_000 });
    expect([world.sent, world.bodies()]).toEqual([[good(1), good(1)], []]);
  });

  it('sends only the letters that are named, and of the queue that is', async () => {
    const world = letterWorld();
    const wanted = world.put('rule', good(1));
    world.put('rule', good(2));
    world.put('requests', good(3));
    expect(await world.operations.redrive({ messageIds: [wanted] }, { untilMs })).toMatchObject({
      redriven: 1,
      more: false,
    });
    expect(world.sent).toEqual([good(1)]);
    await world.operations.redrive({ queue: 'requests' }, { untilMs });
    expect(world.sent).toEqual([good(1), good(3)]);
    expect(world.store.counts('rule')).toMatchObject({ visible: 1 });
  });

  it('never sends what lies with the failures of jobs, though it were a good request', async () => {
    const world = letterWorld();
    world.put('job-failures', good(1));
    expect(await world.operations.redrive({ queue: 'job-failures' }, { untilMs })).toMatchObject({ redriven: 0 });
    expect(world.bodies()).toEqual([good(1)]);
  });
});
