import { describe, expect, it } from 'vitest';
import type { Fault } from '../support/faulty-world/faults.ts';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';

/** T24: whoever keeps the ledger from being written wants credentials that no record tells of. */
const EVENTS = 30;
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

  it('would be seen to be passed by, were STS called first', async () => {
    const world = await starved('ledger.intended', 'throttle', 'intentAfterCall');
    expect(world.sts.asked.length).toBeGreaterThan(0);
  });
});
