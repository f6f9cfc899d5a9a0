import { describe, expect, it } from 'vitest';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import { runJobEvent } from '../support/queue-message.ts';

const MINUTE_MS = 60_000;
const START_MS = Math.floor(plainWorld.nowMs / MINUTE_MS) * MINUTE_MS;
const world = { ...plainWorld, nowMs: START_MS };

type Broker = ReturnType<typeof brokerIn>;

const of = (broker: Broker, recordType: string) =>
  [...broker.ledger.items.values()].filter((record) => record['recordType'] === recordType);

/** So many events of nobody we know, each its own, from a source of its own or all from one. */
async function flood(broker: Broker, count: number, source: (index: number) => string = () => 'com.example.nobody') {
  for (let index = 0; index < count; index += 1) {
    const envelope = { id: `garbage-${index}`, source: source(index), account: '999999999999' };
    expect(await broker.deliver(runJobEvent({ envelope }), `message-${index}`)).toBe('settled');
  }
}

/** The messages that the broker sent itself are delivered; each is kept for as long as it says again. */
async function deliverOwn(broker: Broker) {
  const results: string[] = [];
  for (const body of broker.calls.queued.splice(0)) {
    const result = await broker.deliver(body);
    results.push(result);
    if (result === 'again') broker.calls.queued.push(body);
  }
  return results;
}

describe('strangers', () => {
  it('are refused one by one, sixty in a minute, and counted beyond', async () => {
    const broker = brokerIn(world);
    await flood(broker, 1_000);
    expect(of(broker, 'request')).toHaveLength(60);
    expect(broker.calls).toMatchObject({ registry: [], switches: [], assumed: [], dataKeys: [], invoked: [] });
    broker.become({ ...world, nowMs: START_MS + 2 * MINUTE_MS });
    await deliverOwn(broker);
    expect(of(broker, 'strangers')).toMatchObject([
      {
        kind: 'event',
        account: '999999999999',
        name: 'com.example.nobody',
        minuteMs: START_MS,
        counted: 940,
        day: '2031-05-06',
      },
    ]);
  });

  it('are summed up once, when the minute is over for every function', async () => {
    const broker = brokerIn(world);
    await flood(broker, 70);
    expect(new Set(await deliverOwn(broker))).toEqual(new Set(['again']));
    broker.become({ ...world, nowMs: START_MS + 2 * MINUTE_MS - 1 });
    expect(new Set(await deliverOwn(broker))).toEqual(new Set(['again']));
    broker.become({ ...world, nowMs: START_MS + 2 * MINUTE_MS });
    expect(new Set(await deliverOwn(broker))).toEqual(new Set(['settled']));
    expect(of(broker, 'strangers')).toMatchObject([{ counted: 10 }]);
    expect(broker.log.lines.filter(({ transition }) => transition === 'strangers.counted').length).toBeLessThanOrEqual(
      1,
    );
  });

  it('are recorded one by one again in the next minute', async () => {
    const broker = brokerIn(world);
    await flood(broker, 100);
    broker.become({ ...world, nowMs: START_MS + MINUTE_MS });
    await flood(broker, 1);
    await broker.deliver(
      runJobEvent({ envelope: { id: 'another', source: 'com.example.nobody', account: '999999999999' } }),
    );
    expect(of(broker, 'request')).toHaveLength(61);
  });

  it('take no second place with an event that comes again', async () => {
    const broker = brokerIn(world);
    for (let receives = 0; receives < 100; receives += 1) await flood(broker, 1);
    await flood(broker, 60);
    expect(of(broker, 'request')).toHaveLength(60);
    expect(broker.calls.queued).toEqual([]);
  });

  it('are no more than six hundred a minute on record, however many sources an account invents', async () => {
    const broker = brokerIn(world);
    await flood(broker, 1_000, (index) => `com.example.source-${index}`);
    expect(of(broker, 'request')).toHaveLength(600);
    broker.become({ ...world, nowMs: START_MS + 2 * MINUTE_MS });
    await deliverOwn(broker);
    const [summary, ...more] = of(broker, 'strangers');
    expect([summary, more]).toMatchObject([{ account: '999999999999', counted: 400 }, []]);
    expect(summary).not.toHaveProperty('name');
  });

  it('whose messages cannot be read at all are counted together', async () => {
    const broker = brokerIn(world);
    for (let index = 0; index < 100; index += 1) await broker.deliver('garbage', `message-${index}`);
    expect(of(broker, 'request')).toHaveLength(60);
    broker.become({ ...world, nowMs: START_MS + 2 * MINUTE_MS });
    await deliverOwn(broker);
    expect(of(broker, 'strangers')).toMatchObject([{ kind: 'message', counted: 40 }]);
  });

  it('do not touch who is known: its refusals are all recorded, and it is served', async () => {
    const broker = brokerIn(world);
    await flood(broker, 100);
    for (let index = 0; index < 70; index += 1) {
      const unbound = { envelope: { id: `unbound-${index}`, source: 'com.example.logs' } };
      await broker.deliver(runJobEvent(unbound), `unbound-${index}`);
    }
    await broker.deliver(runJobEvent());
    expect(of(broker, 'request')).toHaveLength(60 + 70 + 1);
    expect(broker.calls.invoked).toHaveLength(1);
  });

  it('are neither recorded nor lost while they cannot be counted', async () => {
    const broker = brokerIn({ ...world, unreadable: ['limits'] });
    const body = runJobEvent({ envelope: { source: 'com.example.nobody' } });
    expect(await broker.deliver(body)).toBe('again');
    expect(broker.ledger.items.size).toBe(0);
  });
});
