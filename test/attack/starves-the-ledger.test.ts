import { describe, expect, it } from 'vitest';
import { brokerIn, plainWorld } from '../support/broker-world.ts';
import type { Fault } from '../support/faulty-world/faults.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';
import { runJobEvent } from '../support/queue-message.ts';

/** T24: whoever keeps the ledger from being written wants credentials that no record tells of. */
const EVENTS = 100;
const MANY_EVENTS = 10_000;
const outages: readonly (readonly [name: string, site: string, fault: Fault])[] = [
  ['every write and every reading throttled', 'ledger.*', 'throttle'],
  ['every connection broken', 'ledger.*', 'loseRequest'],
  ['every intent throttled', 'ledger.intended', 'throttle'],
  ['every request’s record throttled', 'ledger.request', 'throttle'],
];

async function starved(site: string, fault: Fault, wiring: Wiring = 'production') {
  const world = await faultyWorld({ wiring });
  world.faults.breakAlways(site, fault);
  for (let index = 0; index < EVENTS; index += 1) world.ask({ idempotencyKey: `key-${index}` }, `event-${index}`);
  for (let minute = 0; minute < 10; minute += 1) {
    while ((await world.pump({ batchSize: 10 })) !== undefined);
    world.clock.advance(60_000);
    await world.sweep();
  }
  return world;
}

describe('a ledger that cannot be written', () => {
  it.each(outages)(`lets no call to STS happen, and loses none of ${EVENTS} requests: %s`, async (_, site, fault) => {
    const world = await starved(site, fault);
    expect(world.sts.asked).toEqual([]);
    expect(world.lambda.invocations).toEqual([]);
    await world.settle();
    const issuances = await world.issuances();
    expect(issuances.filter(({ state }) => state === 'completed')).toHaveLength(EVENTS);
    expect(world.sts.minted).toHaveLength(EVENTS);
    expect(await world.violations()).toEqual([]);
  });

  it(`lets none happen over ${MANY_EVENTS} events either, and makes good all of them`, async () => {
    const broker = brokerIn({ ...plainWorld, unreadable: ['ledger'] });
    const bodies = Array.from({ length: MANY_EVENTS }, (_, index) =>
      runJobEvent({ envelope: { id: `event-${index}` }, detail: { idempotencyKey: `key-${index}` } }),
    );
    const starvedOnes = await Promise.all(bodies.map((body, index) => broker.deliver(body, `message-${index}`)));
    expect(new Set(starvedOnes)).toEqual(new Set(['again']));
    expect([broker.calls.assumed, broker.calls.dataKeys, broker.calls.invoked]).toEqual([[], [], []]);
    broker.become(plainWorld);
    for (const [index, body] of bodies.entries()) await broker.deliver(body, `message-${index}`);
    expect(new Set(broker.calls.assumed.map(({ sessionName }) => sessionName)).size).toBe(MANY_EVENTS);
    expect(broker.calls.invoked).toHaveLength(MANY_EVENTS);
  });

  it('would be seen to be passed by, were STS called first', async () => {
    const world = await starved('ledger.intended', 'throttle', 'intentAfterCall');
    expect(world.sts.asked.length).toBeGreaterThan(0);
  });
});
