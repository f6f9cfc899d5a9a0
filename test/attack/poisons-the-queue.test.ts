import { describe, expect, it } from 'vitest';
import { faultyWorld } from '../support/faulty-world/world.ts';
import { runJobEvent } from '../support/queue-message.ts';

/** T31: messages that can never succeed, sent so that the others wait for them. */
const MESSAGES = 600;
const EVERY = 10;
const BATCH = 10;
const nested = (levels: number): unknown => (levels === 0 ? 0 : { a: nested(levels - 1) });
const permanent: readonly string[] = [
  '',
  'not JSON',
  '{',
  '[]',
  'null',
  '"RunJob"',
  '{"detail-type":"RunJob"}',
  'x'.repeat(70_000),
  runJobEvent({ detail: { version: 2 } }),
  runJobEvent({ detail: { input: nested(12) } }),
  runJobEvent({ detail: { tenantId: '__proto__' } }),
  runJobEvent({ envelope: { 'detail-type': 'Other' } }),
  '{"brokerRecord":"continue","issuanceId":"scan-account.none"}',
];

/** How often the broker looked at each message. */
async function workOn(bodies: readonly string[]) {
  const world = await faultyWorld();
  const messages = bodies.map((body) => world.queue.add(body));
  let invocations = 0;
  for (; (await world.pump({ batchSize: BATCH })) !== undefined; invocations += 1);
  return { world, messages, invocations };
}

const good = (index: number) => runJobEvent({ envelope: { id: `event-${index}` } });

describe('a queue with a tenth of poison', () => {
  it('is worked off as fast as without: each poison is looked at once, and nothing valid waits', async () => {
    const bodies = Array.from({ length: MESSAGES }, (_, index) =>
      index % EVERY === 0 ? (permanent[(index / EVERY) % permanent.length] ?? '') : good(index),
    );
    const poisoned = await workOn(bodies);
    const clean = await workOn(bodies.map((_, index) => good(index)));
    expect(poisoned.messages.map(({ receiveCount }) => receiveCount)).toEqual(bodies.map(() => 1));
    // Rubbish over sixty in a minute is counted, and the count is a message of the broker's own.
    const counts = poisoned.world.queue.everSent.filter((body) => body.includes('"brokerRecord":"strangers"'));
    expect(counts.length).toBeLessThan(5);
    expect(clean.invocations).toBe(MESSAGES / BATCH);
    expect(poisoned.invocations).toBe(Math.ceil((MESSAGES + counts.length) / BATCH));
    await poisoned.world.settle();
    const states = (await poisoned.world.issuances()).map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: MESSAGES - MESSAGES / EVERY }, () => 'completed'));
    expect(poisoned.world.queue.messages).toEqual([]);
    expect(await poisoned.world.violations()).toEqual([]);
  });

  it('that may succeed later waits longer each time, alone', async () => {
    const world = await faultyWorld();
    const poison = world.ask({ tenantId: 'globex' }, 'poison');
    world.faults.choose = ({ process, site, subject }) =>
      process === 'broker' && site === 'switches.read' && subject === 'globex' ? 'throttle' : undefined;
    for (let index = 0; index < 20; index += 1) world.ask({}, `event-${index}`);
    await world.pump({ batchSize: 10 });
    await world.drain();
    expect(await world.issuances()).toHaveLength(20);
    for (let minute = 0; minute < 60; minute += 1) {
      world.clock.advance(60_000);
      await world.drain();
    }
    expect(poison.receiveCount).toBeLessThanOrEqual(10);
    expect(world.queue.messages).toEqual([poison]);
  });
});
