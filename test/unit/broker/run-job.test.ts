import { describe, expect, it } from 'vitest';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { withTables } from '../../support/dynamo-tables.ts';
import { storeInDynalite, storeInMemory } from '../../support/faulty-world/store.ts';
import { faultyWorld } from '../../support/faulty-world/world.ts';

const tables = withTables();

const stores = [
  { name: 'in memory', open: async () => storeInMemory() },
  { name: 'in dynalite', open: () => storeInDynalite(tables.client()) },
];

/** What must be on record before what, from the first reading to the report. */
const HAPPY_PATH = [
  'ledger.request',
  'ledger.intended',
  'sts.assume',
  'kms.dataKey',
  'ledger.issued',
  'lambda.invoke',
  'switches.read',
  'ledger.claim',
  'kms.decrypt',
  'job.work',
  'ledger.report',
];

function accounts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => String(222_222_222_222 + index));
}

function tenantWith(accountIds: readonly string[]) {
  return aTenant({ roles: accountIds.map((accountId) => aRole({ accountId })) });
}

describe.each(stores)('a request, with the store $name', ({ open }) => {
  it('goes from the queue to the job, each step on record before the next', async () => {
    const world = await faultyWorld({ store: await open() });
    world.ask({ input: { depth: 2 } });
    await world.drain();
    await world.runJobs();
    const readings = world.sites().slice(0, 3);
    expect([...readings].sort()).toEqual(['switches.read', 'tenants.read', 'tenants.read']);
    expect(world.sites().slice(3)).toEqual(HAPPY_PATH);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 1, claim: { attempt: 1 } });
    expect(world.host.runs).toHaveLength(1);
    expect(world.lambda.invocations[0]?.payload.input).toEqual({ depth: 2 });
    expect(await world.violations()).toEqual([]);
  });

  it('does the same for each of several accounts', async () => {
    const world = await faultyWorld({ store: await open(), tenants: [tenantWith(accounts(7))] });
    world.ask();
    await world.drain();
    await world.settle();
    for (const issuance of await world.issuances()) {
      expect(issuance.state).toBe('completed');
      const first = world.faults.calls.filter(({ subject }) => subject === issuance.recordId).slice(0, 5);
      expect(first.map(({ site }) => site)).toEqual(HAPPY_PATH.slice(1, 6));
      const recorded = world.sites().indexOf('ledger.request');
      expect(first[0]?.sequence).toBeGreaterThan(recorded);
    }
    expect(await world.requests()).toHaveLength(1);
    expect(world.sts.minted).toHaveLength(7);
    expect(await world.violations()).toEqual([]);
  });

  it('is carried out once when its message comes 20 times at once, and again later', async () => {
    const world = await faultyWorld({ store: await open() });
    const { body } = world.ask();
    const copies = Array.from({ length: 19 }, () => world.queue.add(body));
    await Promise.all([...world.queue.receive(1), ...copies].map((message) => world.handle([message])));
    await world.drain();
    world.queue.add(body);
    await world.settle();
    expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 1 });
    expect(world.sts.minted).toHaveLength(1);
    expect(world.sites().filter((site) => site === 'ledger.claim')).toHaveLength(1);
    expect(await world.violations()).toEqual([]);
  });
});

describe('a request with the same idempotency key', () => {
  it('is the same request when it says the same', async () => {
    const world = await faultyWorld();
    world.ask({ idempotencyKey: 'nightly' }, 'event-1');
    world.ask({ idempotencyKey: 'nightly' }, 'event-2');
    await world.settle();
    expect(await world.requests()).toHaveLength(1);
    expect(world.sts.minted).toHaveLength(1);
  });

  it('is refused on record, once, when it says something else', async () => {
    const world = await faultyWorld();
    world.ask({ idempotencyKey: 'nightly' }, 'event-1');
    world.ask({ idempotencyKey: 'nightly', reason: 'other' }, 'event-2');
    world.ask({ idempotencyKey: 'nightly', reason: 'other' }, 'event-2');
    await world.settle();
    const refusals = (await world.requests()).flatMap(({ refusal }) => refusal?.reason ?? []);
    expect(refusals).toEqual(['request.idConflict']);
    expect(world.sts.minted).toHaveLength(1);
    expect(await world.violations()).toEqual([]);
  });
});

describe('what stands in the way of an intent', () => {
  it.each(['tenants.read', 'switches.read', 'ledger.request', 'ledger.intended'])(
    'sends the message back and calls nobody while %s fails, and loses nothing',
    async (site) => {
      const world = await faultyWorld();
      world.ask();
      for (const fault of ['loseRequest', 'throttle'] as const) {
        world.faults.breakAlways(site, fault);
        expect((await world.pump())?.now).toMatchObject({ result: { batchItemFailures: [{}] } });
        world.clock.advance(900_000);
      }
      expect(world.sites().filter((called) => /^(sts|kms|lambda)/.test(called))).toEqual([]);
      await world.settle();
      expect(await world.issuance()).toMatchObject({ state: 'completed', attempt: 1 });
      expect(await world.violations()).toEqual([]);
    },
  );

  it('sends the message back when under 12 seconds are left, with the request on record and no intent', async () => {
    const world = await faultyWorld();
    world.ask();
    expect((await world.pump({ functionMs: 11_999 }))?.now).toMatchObject({ result: { batchItemFailures: [{}] } });
    expect(await world.requests()).toHaveLength(1);
    expect(await world.issuances()).toEqual([]);
    expect(world.sts.asked).toEqual([]);
    world.clock.advance(60_000);
    await world.pump({ functionMs: 12_000 });
    expect(world.sts.minted).toHaveLength(1);
  });

  it('does not outweigh an account that was done: only the rest is done later', async () => {
    const world = await faultyWorld({ tenants: [tenantWith(accounts(2))] });
    world.ask();
    world.faults.breakAt('ledger.intended', 'throttle');
    await world.pump();
    expect(world.sts.minted).toHaveLength(1);
    await world.settle();
    expect(world.sts.minted).toHaveLength(2);
    expect(await world.violations()).toEqual([]);
  });
});
