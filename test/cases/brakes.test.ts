import { describe, expect, it } from 'vitest';
import type { LimitSettings } from '../../lib/limits/limit-settings.ts';
import { aTenant } from '../support/a-tenant.ts';
import { brokerIn, plainWorld, type World } from '../support/broker-world.ts';
import { faultyWorld } from '../support/faulty-world/world.ts';
import { unlimited } from '../support/limits-in-world.ts';
import { runJobEvent } from '../support/queue-message.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A request of its own: another event, perhaps for another tenant. */
function ask(id: string, tenantId = 'acme', envelope: Readonly<Record<string, unknown>> = {}): string {
  return runJobEvent({ envelope: { id, ...envelope }, detail: { tenantId } });
}

function perTenant(change: Partial<LimitSettings['perTenant']>): Partial<World> {
  return { limits: { ...unlimited, perTenant: { ...unlimited.perTenant, ...change } } };
}

const worldOf = (change: Partial<World>): World => ({ ...plainWorld, ...change });
const requests = (broker: ReturnType<typeof brokerIn>) =>
  [...broker.ledger.items.values()].filter(({ recordType }) => recordType === 'request');

describe('a tenant over its rate', () => {
  it.each([
    ['requests', perTenant({ requestsPerMinute: 1 })],
    ['calls', perTenant({ callsPerMinute: 1 })],
    ['calls of everybody', { limits: { ...unlimited, stsCallsPerSecond: 1 } }],
  ])('waits in the queue, on no record, until there is room again: %s', async (_name, change) => {
    const world = worldOf(change);
    const broker = brokerIn(world);
    expect(await broker.deliver(ask('event-1'))).toBe('settled');
    expect(await broker.deliver(ask('event-2'))).toBe('again');
    expect(await broker.deliver(ask('event-2'))).toBe('again');
    expect([requests(broker).length, broker.calls.assumed.length, broker.calls.invoked.length]).toEqual([1, 1, 1]);
    broker.become({ ...world, nowMs: world.nowMs + MINUTE_MS });
    expect(await broker.deliver(ask('event-2'))).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(2);
  });

  it('is told apart by its code, and leaves other tenants alone', async () => {
    const broker = brokerIn(worldOf(perTenant({ requestsPerMinute: 1 })));
    await broker.deliver(ask('event-1'));
    await broker.deliver(ask('event-2'));
    expect(broker.log.lines.at(-1)).toMatchObject({ transition: 'message.again', code: 'tenant.rateLimited' });
    expect(await broker.deliver(ask('event-3', 'globex'))).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(2);
  });

  it('is not asked about again at once, and then not even looked up', async () => {
    const broker = brokerIn(worldOf(perTenant({ requestsPerMinute: 1 })));
    for (const id of ['event-1', 'event-2', 'event-3', 'event-4']) await broker.deliver(ask(id));
    expect(broker.calls.registry).toHaveLength(2);
  });

  it('is still refused on record what it may not have', async () => {
    const world = worldOf(perTenant({ requestsPerMinute: 1 }));
    const broker = brokerIn(world);
    await broker.deliver(ask('event-1'));
    broker.become({ ...world, switchedOff: [{ switchId: 'tenant#acme', sinceMs: 0, by: 'operator', reason: 'test' }] });
    expect(await broker.deliver(ask('event-2'))).toBe('settled');
    expect(requests(broker)[1]).toMatchObject({ refusal: { reason: 'tenant.suspended' } });
  });

  it('is not used up by whoever is not bound to it', async () => {
    const broker = brokerIn(worldOf(perTenant({ requestsPerMinute: 1 })));
    for (const id of ['event-1', 'event-2']) await broker.deliver(ask(id, 'acme', { source: 'com.example.logs' }));
    expect(await broker.deliver(ask('event-3'))).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(1);
  });

  it('has its share back from requests that were refused, and from calls that were not made', async () => {
    const broker = brokerIn(worldOf(perTenant({ callsPerMinute: 1 })));
    const unconnected = runJobEvent({ envelope: { id: 'event-1' }, detail: { accountIds: ['444444444444'] } });
    expect(await broker.deliver(unconnected)).toBe('settled');
    await broker.deliver(ask('event-2'));
    expect(broker.calls.invoked).toHaveLength(1);
  });
});

describe('a requester over its rate', () => {
  it('waits in the queue, whatever the tenant', async () => {
    const [scans, ...others] = plainWorld.requesters;
    if (scans === undefined) throw new Error('the plain world has no requesters');
    const world = worldOf({ requesters: [{ ...scans, limits: { requestsPerMinute: 1 } }, ...others] });
    const broker = brokerIn(world);
    expect(await broker.deliver(ask('event-1'))).toBe('settled');
    expect(await broker.deliver(ask('event-2', 'globex'))).toBe('again');
    expect(broker.log.lines.at(-1)).toMatchObject({ code: 'requester.rateLimited' });
    broker.become({ ...world, nowMs: world.nowMs + MINUTE_MS });
    expect(await broker.deliver(ask('event-2', 'globex'))).toBe('settled');
  });
});

describe('a requester that asks for many tenants', () => {
  const [scans, ...others] = plainWorld.requesters;
  if (scans === undefined) throw new Error('the plain world has no requesters');
  const tenants = ['acme', 'globex', 'initech'].map((tenantId, index) =>
    aTenant({ tenantId, accountId: `${index + 2}`.repeat(12) }),
  );
  const world = worldOf({ tenants, requesters: [{ ...scans, limits: { tenantsPerHour: 2 } }, ...others] });

  it('is refused the one too many, on record and with a line for the alarm', async () => {
    const broker = brokerIn(world);
    for (const tenantId of ['acme', 'globex', 'initech']) {
      expect(await broker.deliver(ask(`event-${tenantId}`, tenantId))).toBe('settled');
    }
    expect(requests(broker)[2]).toMatchObject({
      decision: 'refused',
      tenantId: 'initech',
      refusal: { reason: 'requester.breadthExceeded', explanation: expect.stringContaining('2 tenants an hour') },
    });
    expect(broker.calls.invoked).toHaveLength(2);
    const told = broker.log.lines.filter(({ transition }) => transition === 'requester.breadthExceeded');
    expect(told).toMatchObject([{ requester: 'scans', tenantId: 'initech' }]);
  });

  it('goes on with the tenants of this hour, and begins anew with the next', async () => {
    const broker = brokerIn(world);
    for (const tenantId of ['acme', 'globex', 'initech']) await broker.deliver(ask(`first-${tenantId}`, tenantId));
    for (const tenantId of ['globex', 'acme']) await broker.deliver(ask(`second-${tenantId}`, tenantId));
    expect(broker.calls.invoked).toHaveLength(4);
    broker.become({ ...world, nowMs: world.nowMs + HOUR_MS });
    await broker.deliver(ask('third-initech', 'initech'));
    expect(broker.calls.invoked).toHaveLength(5);
  });

  it('takes no second place with a request that comes again, and goes by what was recorded', async () => {
    const broker = brokerIn(world);
    for (let receives = 0; receives < 5; receives += 1) await broker.deliver(ask('event-1', 'acme'));
    await broker.deliver(ask('event-2', 'globex'));
    await broker.deliver(ask('event-3', 'initech'));
    expect(broker.calls.invoked).toHaveLength(2);
    // In the next hour there would be room: it stays refused.
    broker.become({ ...world, nowMs: world.nowMs + HOUR_MS });
    await broker.deliver(ask('event-3', 'initech'));
    // And what was allowed stays so where there is no room any more.
    await broker.deliver(ask('event-4', 'globex'));
    expect(await broker.deliver(ask('event-1', 'acme'))).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(3);
    expect(requests(broker).map(({ decision }) => decision)).toEqual(['allowed', 'allowed', 'refused', 'allowed']);
  });

  it('forgets nobody of the hour before in favour of the next: every hour is counted by itself', async () => {
    const four = [...world.tenants, aTenant({ tenantId: 'umbrella', accountId: '555555555555' })];
    const broker = brokerIn({ ...world, tenants: four });
    for (const tenantId of ['acme', 'globex']) await broker.deliver(ask(`first-${tenantId}`, tenantId));
    broker.become({ ...world, tenants: four, nowMs: world.nowMs + HOUR_MS });
    for (const tenantId of ['initech', 'umbrella', 'acme']) await broker.deliver(ask(`then-${tenantId}`, tenantId));
    expect(requests(broker).map(({ decision }) => decision)).toEqual([
      'allowed',
      'allowed',
      'allowed',
      'allowed',
      'refused',
    ]);
  });

  it('counts tenants that there are not: the names are what it is after', async () => {
    const broker = brokerIn(world);
    for (const tenantId of ['nobody-1', 'nobody-2', 'acme']) await broker.deliver(ask(`event-${tenantId}`, tenantId));
    expect(requests(broker).map(({ refusal }) => refusal)).toMatchObject([
      { reason: 'tenant.unknown' },
      { reason: 'tenant.unknown' },
      { reason: 'requester.breadthExceeded' },
    ]);
  });

  it('is served nothing while that cannot be counted', async () => {
    const broker = brokerIn({ ...world, unreadable: ['limits'] });
    expect(await broker.deliver(ask('event-1'))).toBe('again');
    expect(requests(broker)).toEqual([]);
    broker.become(world);
    expect(await broker.deliver(ask('event-1'))).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(1);
  });
});

describe('when STS is out', () => {
  const out = worldOf({ stsIsOut: true });

  async function brokenCircuit() {
    const broker = brokerIn(out);
    for (let index = 0; index < 5; index += 1) await broker.deliver(ask(`before-${index}`));
    return { broker, calls: broker.calls.assumed.length };
  }

  it('messages go back before any intent, and STS is called no more', async () => {
    const { broker, calls } = await brokenCircuit();
    const records = broker.ledger.items.size;
    for (let index = 0; index < 20; index += 1) expect(await broker.deliver(ask(`while-${index}`))).toBe('again');
    expect([broker.calls.assumed.length, broker.ledger.items.size]).toEqual([calls, records]);
    expect(broker.log.lines.at(-1)).toMatchObject({ transition: 'message.again', code: 'sts.heldBack' });
  });

  it('one message at a time finds out whether it is back', async () => {
    const { broker, calls } = await brokenCircuit();
    broker.become({ ...out, nowMs: out.nowMs + 40_000 });
    expect(await broker.deliver(ask('probe-1'))).toBe('settled');
    expect(await broker.deliver(ask('probe-2'))).toBe('again');
    expect(broker.calls.assumed.length - calls).toBeLessThanOrEqual(2);
    broker.become({ ...out, stsIsOut: false, nowMs: out.nowMs + 80_000 });
    expect(await broker.deliver(ask('probe-3'))).toBe('settled');
    expect(await broker.deliver(ask('after-1'))).toBe('settled');
    expect(broker.calls.invoked).toHaveLength(2);
    const told = broker.log.lines.map(({ transition }) => transition).filter((name) => name.startsWith('breaker.'));
    expect(told).toEqual(['breaker.opened', 'breaker.opened', 'breaker.closed']);
  });

  it('denials do not open it: they are answers', async () => {
    const broker = brokerIn(worldOf({ stsDenies: () => true }));
    for (let index = 0; index < 20; index += 1) await broker.deliver(ask(`event-${index}`));
    expect(broker.calls.assumed).toHaveLength(20);
  });

  it('it is not known to be closed where that cannot be read', async () => {
    const broker = brokerIn(worldOf({ unreadable: ['limits'] }));
    expect(await broker.deliver(ask('event-1'))).toBe('again');
    expect([broker.calls.assumed.length, broker.ledger.items.size]).toEqual([0, 0]);
  });
});

describe('what goes on with an issuance', () => {
  it('is held to the limits too, and left to the sweeper, which brings it back', async () => {
    const world = await faultyWorld({
      limits: { ...unlimited, perTenant: { ...unlimited.perTenant, callsPerMinute: 1 } },
    });
    world.faults.breakAt('sts.assume', 'loseResponse');
    world.ask({}, 'event-1');
    await world.drain();
    world.clock.advance(2 * MINUTE_MS);
    world.ask({}, 'event-2');
    await world.drain();
    await world.sweep();
    const before = (await world.issuances()).map(({ state, attempt }) => ({ state, attempt }));
    await world.drain();
    expect(world.queue.messages).toEqual([]);
    expect((await world.issuances()).map(({ state, attempt }) => ({ state, attempt }))).toEqual(before);
    expect(world.sts.asked).toHaveLength(2);
    await world.settle();
    expect((await world.issuances()).map(({ state }) => state)).toEqual(['completed', 'completed']);
    expect(await world.violations()).toEqual([]);
  });
});
