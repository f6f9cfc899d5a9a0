import { describe, expect, it } from 'vitest';
import { brokerIn, plainWorld, type World } from '../support/broker-world.ts';
import { runJobEvent } from '../support/queue-message.ts';

const HOUR_MS = 3_600_000;
const { nowMs } = plainWorld;
const why = { by: 'arn:aws:iam::111111111111:role/operator', reason: 'TICKET-1' };
const open: World = { ...plainWorld, replay: { sinceMs: nowMs, untilMs: nowMs + HOUR_MS, ...why } };
/** EventBridge replays an event under its own id, with the name of the replay. */
const replayed = (id = 'event-1') => runJobEvent({ envelope: { id, 'replay-name': 'after-the-outage' } });
const original = (id = 'event-1') => runJobEvent({ envelope: { id } });

async function decisionIn(world: World) {
  const broker = brokerIn(world);
  await broker.deliver(replayed());
  const [request] = broker.ledger.items.values();
  return { broker, request };
}

describe('an event of a replay', () => {
  it('is served while replays are allowed, and its record says that it is one', async () => {
    const { broker, request } = await decisionIn(open);
    expect(request).toMatchObject({ decision: 'allowed', origin: { replayName: 'after-the-outage' } });
    expect(broker.calls.invoked).toHaveLength(1);
    expect(broker.calls.switches).toEqual(['scan-account acme replay']);
  });

  it.each([
    ['when nobody allowed replays', plainWorld],
    ['when the window is over', { ...open, nowMs: nowMs + HOUR_MS }],
    ['when the window has not begun', { ...open, nowMs: nowMs - 1 }],
    [
      'when the window is longer than one may be',
      { ...open, replay: { sinceMs: nowMs, untilMs: nowMs + 24 * HOUR_MS + 1, ...why } },
    ],
  ])('is refused on record %s', async (_name, world) => {
    const { broker, request } = await decisionIn(world);
    expect(request).toMatchObject({ decision: 'refused', refusal: { reason: 'request.replayed' } });
    expect(broker.calls).toMatchObject({ assumed: [], dataKeys: [], invoked: [] });
  });

  it('is served until the last instant of the window', async () => {
    const { broker } = await decisionIn({ ...open, nowMs: nowMs + HOUR_MS - 1 });
    expect(broker.calls.invoked).toHaveLength(1);
  });

  it('goes back while it cannot be read whether replays are allowed', async () => {
    const broker = brokerIn({ ...open, unreadable: ['switches'] });
    expect(await broker.deliver(replayed())).toBe('again');
    expect(broker.ledger.items.size).toBe(0);
  });

  it('is held to its age like any other', async () => {
    const { request } = await decisionIn({
      ...open,
      nowMs: nowMs + 25 * HOUR_MS,
      replay: { sinceMs: nowMs + 24.5 * HOUR_MS, untilMs: nowMs + 26 * HOUR_MS, ...why },
    });
    expect(request).toMatchObject({ refusal: { reason: 'request.tooOld' } });
  });
});

describe('a replay of what is settled', () => {
  const records = (broker: ReturnType<typeof brokerIn>) => structuredClone([...broker.ledger.items]);

  it('changes nothing of what was issued, in or out of a window', async () => {
    const broker = brokerIn(plainWorld);
    await broker.deliver(original());
    const before = records(broker);
    for (const world of [plainWorld, open]) {
      broker.become(world);
      expect(await broker.deliver(replayed())).toBe('settled');
    }
    expect(records(broker)).toEqual(before);
    expect(broker.calls).toMatchObject({ assumed: { length: 1 }, invoked: { length: 1 } });
  });

  it('changes nothing of what was refused, whatever would be allowed by now', async () => {
    const broker = brokerIn({ ...plainWorld, tenants: [] });
    await broker.deliver(original());
    const before = records(broker);
    broker.become(open);
    expect(await broker.deliver(replayed())).toBe('settled');
    expect(records(broker)).toEqual(before);
    expect(broker.calls.assumed).toEqual([]);
  });

  it('leaves a replay that was refused refused, when the window opens afterwards', async () => {
    const broker = brokerIn(plainWorld);
    await broker.deliver(replayed());
    const before = records(broker);
    broker.become(open);
    expect(await broker.deliver(replayed())).toBe('settled');
    expect(records(broker)).toEqual(before);
    expect(broker.calls.assumed).toEqual([]);
  });

  it('does not keep the event itself from being served once the replay of it was refused', async () => {
    const broker = brokerIn(plainWorld);
    await broker.deliver(replayed());
    // The same event id and payload: the first decision stands, which is what a record is.
    expect(await broker.deliver(original())).toBe('settled');
    expect(broker.ledger.items.size).toBe(1);
  });
});
