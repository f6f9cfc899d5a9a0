import { describe, expect, it } from 'vitest';
import { brokerRecordBody } from '../../../lib/requests/broker-record.ts';
import { handedBack } from '../../support/faulty-world/abandoned.ts';
import { stsError } from '../../support/faulty-world/fake-sts.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';

async function continuation(world: FaultyWorld, trailHead?: string) {
  const issuance = await world.issuance();
  return brokerRecordBody({
    brokerRecord: 'continue',
    issuanceId: issuance.recordId,
    trailHead: trailHead ?? issuance.trailHead,
  });
}

describe('a continuation that is out of date', () => {
  const stale: readonly { name: string; arrange: () => Promise<{ world: FaultyWorld; body: string }> }[] = [
    {
      name: 'speaks of an earlier state',
      async arrange() {
        const world = await handedBack();
        const first = (await world.issuance()).trail[0]?.hash;
        await world.drain();
        return { world, body: await continuation(world, first) };
      },
    },
    {
      name: 'speaks of an issuance that somebody holds',
      async arrange() {
        const world = await faultyWorld();
        world.faults.breakAt('sts.assume', 'crashBefore');
        world.ask();
        await world.pump();
        return { world, body: await continuation(world) };
      },
    },
    {
      name: 'speaks of one whose ticket is still there',
      async arrange() {
        const world = await faultyWorld();
        world.ask();
        await world.drain();
        return { world, body: await continuation(world) };
      },
    },
    {
      name: 'speaks of one that has ended',
      async arrange() {
        const world = await faultyWorld();
        world.faults.breakAt('sts.assume', { answer: stsError('AccessDenied', 403) });
        world.ask();
        await world.drain();
        return { world, body: await continuation(world) };
      },
    },
    {
      name: 'speaks of one that is not there',
      async arrange() {
        const world = await handedBack();
        await world.drain();
        const body = brokerRecordBody({
          brokerRecord: 'continue',
          issuanceId: `scan-account.${'a'.repeat(32)}`,
          trailHead: '0'.repeat(64),
        });
        return { world, body };
      },
    },
  ];

  it.each(stale)('changes nothing and is acknowledged: it $name', async ({ arrange }) => {
    const { world, body } = await arrange();
    const before = await world.issuance();
    const calls = world.sites().length;
    const run = await world.handle([world.queue.add(body)]);
    expect(run.now).toMatchObject({ result: { batchItemFailures: [] } });
    expect(world.sites().slice(calls)).toEqual(['ledger.read']);
    expect(await world.issuance()).toEqual(before);
  });

  it('does not cut short the wait after a later attempt', async () => {
    const world = await handedBack();
    const body = await continuation(world);
    world.faults.breakAt('sts.assume', 'loseResponse');
    await world.drain();
    const waiting = await world.issuance();
    expect(waiting).toMatchObject({ state: 'intended', attempt: 2, leaseUntilMs: world.clock.nowMs() });
    await world.handle([world.queue.add(body)]);
    expect(await world.issuance()).toEqual(waiting);
    expect(world.sts.asked).toHaveLength(2);
  });

  it('lets one of many that arrive together make the attempt', async () => {
    const world = await handedBack();
    const body = await continuation(world);
    const messages = Array.from({ length: 10 }, () => world.queue.add(body));
    await Promise.all(messages.map((message) => world.handle([message])));
    expect(await world.issuance()).toMatchObject({ state: 'issued', attempt: 2 });
    expect(world.sts.minted.map(({ attempt }) => attempt)).toEqual([1, 2]);
    await world.settle();
    expect(await world.violations()).toEqual([]);
  });
});
