import { describe, expect, it } from 'vitest';
import { withTables } from '../../support/dynamo-tables.ts';
import { gate } from '../../support/faulty-world/process.ts';
import { type Store, storeInDynalite, storeInMemory } from '../../support/faulty-world/store.ts';
import { type FaultyWorld, faultyWorld } from '../../support/faulty-world/world.ts';
import { crashPoints } from './crash-points.cases.ts';

const tables = withTables();

const stores: readonly { readonly name: string; readonly open: () => Promise<Store> }[] = [
  { name: 'in memory', open: async () => storeInMemory() },
  { name: 'in dynalite', open: () => storeInDynalite(tables.client()) },
];

describe.each(stores)('with the store $name', ({ open }) => {
  it.each(crashPoints)('ends well: $at', async ({ breaks, durable, trail, state, by, sessions, runs }) => {
    const world = await faultyWorld({ store: await open() });
    for (const [site, ...faults] of breaks) world.faults.breakAt(site, ...faults);
    world.ask();
    await world.pump();
    const [after] = await world.issuances();
    expect(after?.state ?? 'nothing').toBe(durable);

    // What is planned still breaks where time comes to it; nothing else does.
    await world.runJobs();
    await world.minutes(15);
    await world.settle();

    const issuance = await world.issuance();
    expect(issuance.trail.map(({ type }) => type)).toEqual(trail);
    expect(issuance.state).toBe(state);
    expect(endedBy(world, state)).toBe(by);
    expect(world.sts.minted).toHaveLength(sessions);
    expect(world.host.runs).toHaveLength(runs);
    expect(await world.violations()).toEqual([]);
  });
});

/** Who made the last write that set the terminal state. */
function endedBy({ faults }: FaultyWorld, state: string): string | undefined {
  const sites = [`ledger.${state}`, 'ledger.report'];
  return faults.calls.findLast(({ site, process }) => sites.includes(site) && process !== 'test')?.process;
}

describe('a tenant that is suspended in flight', () => {
  const moments: readonly { when: string; suspendAt: string; trail: readonly string[]; sessions: number }[] = [
    { when: 'before the request is recorded', suspendAt: 'switches.read', trail: [], sessions: 0 },
    {
      when: 'while STS is called',
      suspendAt: 'sts.assume',
      trail: ['intended', 'issued', 'ticketRemoved', 'revoked'],
      sessions: 1,
    },
    {
      when: 'before the invocation',
      suspendAt: 'lambda.invoke',
      trail: ['intended', 'issued', 'ticketRemoved', 'revoked'],
      sessions: 1,
    },
  ];

  it.each(moments)('gets no credentials to use: $when', async ({ suspendAt, trail, sessions }) => {
    const world = await faultyWorld();
    const meanwhile = gate();
    world.faults.breakAt(suspendAt, { stall: meanwhile });
    world.ask();
    const slow = await world.pump();
    await world.suspend();
    meanwhile.open();
    await slow?.finally;
    await world.runJobs();
    await world.settle();
    expect((await world.issuances()).flatMap((issuance) => issuance.trail.map(({ type }) => type))).toEqual(trail);
    expect(world.sts.minted).toHaveLength(sessions);
    expect(world.host.runs).toEqual([]);
    expect(world.sites()).not.toContain('ledger.claim');
    expect(await world.violations()).toEqual([]);
  });

  it('keeps what it had claimed before, up to the fence', async () => {
    const world = await faultyWorld();
    const meanwhile = gate();
    world.faults.breakAt('kms.decrypt', { stall: meanwhile });
    world.ask();
    await world.pump();
    for (const invocation of world.lambda.invocations) await world.host.run(invocation);
    expect((await world.issuance()).state).toBe('claimed');
    await world.suspend();
    meanwhile.open();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed' });
    expect(await world.violations()).toEqual([]);
  });
});

describe('a broker that is killed at its time-out', () => {
  it.each(['sts.assume', 'ledger.issued', 'lambda.invoke'])('leaves %s as if it had died there', async (site) => {
    const world = await faultyWorld();
    const endless = gate();
    world.faults.breakAt(site, { stall: endless });
    world.ask();
    expect((await world.pump())?.now.end).toBe('stalled');
    // Lambda ends the environment; its process never goes on.
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 2 });
    expect(await world.violations()).toEqual([]);
  });
});
