import { describe, expect, it } from 'vitest';
import type { FaultyWorld } from '../support/faulty-world/world.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';
import { runJobEvent } from '../support/queue-message.ts';

/** T32: the same event, a hundred times over and all at once, to get more than one session, or the job run twice. */
const TIMES = 100;

async function atOnce(world: FaultyWorld, bodies: readonly string[]): Promise<void> {
  const messages = bodies.map((body) => world.queue.add(body));
  await Promise.all(messages.map((message) => world.handle([message])));
}

/** What is on record of a world, without times. */
async function recordOf(world: FaultyWorld) {
  const [requests, { trail, state, recordId }] = [await world.requests(), await world.issuance()];
  return {
    requests,
    state,
    recordId,
    trail: trail.map(({ type, attempt, sequence }) => ({ type, attempt, sequence })),
  };
}

describe('an event that is sent a hundred times at once', () => {
  it('is one request, one issuance, one session and one run', async () => {
    const [once, often] = [await faultyWorld(), await faultyWorld()];
    await atOnce(once, [runJobEvent()]);
    await atOnce(
      often,
      Array.from({ length: TIMES }, () => runJobEvent()),
    );
    for (const world of [once, often]) await world.settle();
    expect(often.sts.asked).toHaveLength(1);
    expect(often.host.runs).toHaveLength(1);
    const [one, other] = [await recordOf(once), await recordOf(often)];
    expect(other.requests.map(({ recordId }) => recordId)).toEqual(one.requests.map(({ recordId }) => recordId));
    expect({ ...other, requests: [] }).toEqual({ ...one, requests: [] });
    expect(await often.violations()).toEqual([]);
  });

  it('is one request by its key too, though EventBridge gives each event another id', async () => {
    const world = await faultyWorld();
    const bodies = Array.from({ length: TIMES }, (_, index) =>
      runJobEvent({ envelope: { id: `event-${index}` }, detail: { idempotencyKey: 'nightly' } }),
    );
    await atOnce(world, bodies);
    await world.settle();
    expect(await world.requests()).toHaveLength(1);
    expect([world.sts.asked.length, world.host.runs.length]).toEqual([1, 1]);
    expect(await world.violations()).toEqual([]);
  });

  it('gets nothing more when all of it comes again after the end', async () => {
    const world = await faultyWorld();
    await atOnce(world, [runJobEvent()]);
    await world.settle();
    const before = await recordOf(world);
    await atOnce(
      world,
      Array.from({ length: TIMES }, () => runJobEvent()),
    );
    for (const invocation of world.lambda.invocations) await world.host.run(invocation);
    await world.settle();
    expect(await recordOf(world)).toEqual(before);
    expect([world.sts.asked.length, world.host.runs.length]).toEqual([1, 1]);
  });

  it('with another content under its id is refused, and changes nothing', async () => {
    const world = await faultyWorld();
    await atOnce(world, [
      runJobEvent(),
      ...Array.from({ length: 20 }, (_, index) => runJobEvent({ detail: { reason: `${index}` } })),
    ]);
    await world.settle();
    expect(await world.issuances()).toHaveLength(1);
    expect(world.sts.asked).toHaveLength(1);
    expect(world.log.lines.filter(({ code }) => code === 'request.idConflict').length).toBeGreaterThan(0);
    expect(await world.violations()).toEqual([]);
  });

  it('hands out one run only to a hundred copies of the invocation', async () => {
    const world = await faultyWorld();
    await atOnce(world, [runJobEvent()]);
    const [invocation] = world.lambda.invocations;
    if (invocation === undefined) throw new Error('nothing was handed over');
    await Promise.all(Array.from({ length: TIMES }, () => world.host.run(invocation)));
    expect(world.host.runs).toHaveLength(1);
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });

  it('would be seen to get a second run, were the claim not one-shot', async () => {
    const world = await faultyWorld({ wiring: 'claimNotOneShot' });
    await atOnce(world, [runJobEvent()]);
    const [invocation] = world.lambda.invocations;
    if (invocation === undefined) throw new Error('nothing was handed over');
    await Promise.all([world.host.run(invocation), world.host.run(invocation)]);
    expect(await world.violations()).toContainEqual(expect.stringMatching(/^I3: claimed twice/));
  });
});
