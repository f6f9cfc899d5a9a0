import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDetail } from '../../../lib/requests/parse-detail.ts';
import { SLOTS, tenantSlot } from '../../../lib/scheduling/slot.ts';
import type { SlotTenant } from '../../../lib/tenants/tenants-in-slot.ts';
import {
  askedFor,
  Crash,
  type FanOutWorld,
  fanOutWorld,
  NIGHTLY,
  someTenants,
  WINDOW_MS,
} from '../../support/fan-out-world.ts';

const idsOf = (tenants: readonly SlotTenant[]) => tenants.map(({ tenantId }) => tenantId).sort();
const MINUTE_MS = 60_000;

describe('a fan-out', () => {
  it('makes one request for every due tenant, in the shape of any other', async () => {
    const tenants = someTenants(700, (index) => (index % 7 === 0 ? { enabledJobs: [] } : {}));
    const world = fanOutWorld(tenants);
    await world.fire();
    await world.tickUntilDone();
    expect(world.bus).toHaveLength(600);
    expect(askedFor(world)).toEqual(idsOf(tenants.filter(({ enabledJobs }) => enabledJobs.length > 0)));
    const request = world.bus.find(({ detail }) => detail.tenantId === 'tenant-1');
    expect(request).toEqual({
      source: 'credential-broker.schedule.nightly',
      detail: {
        version: 1,
        tenantId: 'tenant-1',
        job: 'scan-account',
        reason: 'schedule nightly',
        idempotencyKey: 'nightly.2031-05-07T03:00:00Z.tenant-1',
        hops: 0,
      },
    });
    for (const { detail } of world.bus) expect(parseDetail(detail)).toMatchObject({ read: true });
  });

  it('gives every request an id that fits, whatever the names are', async () => {
    const schedule = { ...NIGHTLY, name: 'n'.repeat(16) };
    const tenantId = 't'.repeat(63);
    const world = fanOutWorld(
      someTenants(1, () => ({ tenantId })),
      { schedules: [schedule] },
    );
    world.clock.set(WINDOW_MS + 1);
    await world.runNow(schedule.name);
    await world.tickUntilDone();
    expect(world.bus.map(({ detail }) => parseDetail(detail))).toEqual([expect.objectContaining({ read: true })]);
  });

  it('asks slot by slot, spread over the minutes that it has', async () => {
    const world = fanOutWorld(someTenants(2_000));
    await world.fire();
    const asked: number[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      await world.tick();
      asked.push(world.bus.length);
      const slots = world.bus.map(({ detail }) => Number(tenantSlot(detail.tenantId).slice(-3)));
      expect(Math.max(...slots)).toBeLessThan(Math.floor((minute * SLOTS) / 60) + 1);
      world.clock.advance(MINUTE_MS);
    }
    await world.tick();
    expect(world.bus).toHaveLength(2_000);
    const perMinute = asked.map((count, minute) => count - (asked[minute - 1] ?? 0));
    expect(Math.max(...perMinute)).toBeLessThan(80);
  });

  it('puts requests in full batches across pages', async () => {
    const world = fanOutWorld(someTenants(1_003), { schedules: [{ ...NIGHTLY, spreadMinutes: 1 }] });
    const batches: number[] = [];
    await world.fire();
    world.clock.advance(MINUTE_MS);
    const { length } = world.bus;
    world.fault = (_, moment, what) => {
      if (what === 'batch' && moment === 'after') batches.push(world.bus.length);
    };
    await world.tick();
    const sizes = batches.map((count, index) => count - (batches[index - 1] ?? length));
    expect(sizes.slice(0, -1).every((size) => size === 10)).toBe(true);
    expect(world.bus).toHaveLength(1_003);
  });

  it('stops while there is time to write down how far it came, and goes on from there', async () => {
    const world = fanOutWorld(someTenants(900), { schedules: [{ ...NIGHTLY, spreadMinutes: 1 }] });
    await world.fire();
    world.clock.advance(MINUTE_MS);
    let left = 60_000;
    let ticks = 0;
    while ([...world.store.agendas.values()].some(({ open }) => open.length > 0)) {
      left = 60_000;
      ticks += 1;
      await world.tick(() => {
        left -= 400;
        return left;
      });
    }
    expect(ticks).toBeGreaterThan(2);
    expect(askedFor(world)).toEqual(idsOf(someTenants(900)));
    // No page is done twice, but for the few that waited for a full batch.
    expect(world.bus.length).toBeLessThanOrEqual(900);
  });

  it('writes what it did: requests, and that it is done', async () => {
    const world = fanOutWorld(someTenants(50));
    await world.fire();
    await world.tickUntilDone();
    expect(world.lines).toEqual([
      { transition: 'schedule.windowOpened', schedule: 'nightly', window: '2031-05-07T03:00:00Z' },
      { transition: 'schedule.windowDone', schedule: 'nightly', window: '2031-05-07T03:00:00Z', sent: 50, left: 0 },
    ]);
  });
});

describe('a fan-out that crashes', () => {
  const tenants = someTenants(60, (index) =>
    index % 9 === 0 ? { schedule: { 'scan-account': { paused: true } } } : {},
  );
  const due = tenants.filter((_, index) => index % 9 !== 0);
  const schedules = [{ ...NIGHTLY, spreadMinutes: 3 }];

  async function run(world: FanOutWorld): Promise<void> {
    // As Lambda does: an event whose function failed comes again.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const failed = await world.fire().then(
        () => false,
        () => true,
      );
      if (!failed) break;
    }
    await world.tickUntilDone();
  }

  it('at any page, batch or row, before or after it, misses nobody and asks for nobody twice', async () => {
    const smooth = fanOutWorld(tenants, { schedules, page: 3 });
    await run(smooth);
    const effects = smooth.effects();
    expect(effects).toBeGreaterThan(300);
    for (const moment of ['before', 'after'] as const) {
      for (let crashAt = 1; crashAt <= effects; crashAt += 1) {
        const world = fanOutWorld(tenants, { schedules, page: 3 });
        world.fault = (at, now) => {
          if (at === crashAt && now === moment) throw new Crash();
        };
        await run(world);
        expect(askedFor(world), `crash ${moment} ${crashAt}`).toEqual(idsOf(due));
        // What a crash costs is a page and the few that waited, put on the bus once more.
        expect(world.bus.length - due.length).toBeLessThanOrEqual(13);
      }
    }
  });

  it('before the first retry of its event, is healed by the tick alone', async () => {
    for (const what of ['agenda', 'row']) {
      const world = fanOutWorld(tenants, { schedules });
      world.fault = (_, moment, now) => {
        if (now === what && moment === (what === 'agenda' ? 'after' : 'before')) throw new Crash();
      };
      await expect(world.fire()).rejects.toBeInstanceOf(Crash);
      world.fault = undefined;
      await world.tickUntilDone();
      expect(askedFor(world), what).toEqual(idsOf(due));
    }
  });

  it('holds for any tenants, crashes, repeated events and ticks that overlap', async () => {
    const aTenant = fc.record({
      number: fc.integer({ min: 0, max: 5_000 }),
      status: fc.constantFrom('active' as const, 'active' as const, 'migrating' as const),
      isEnabled: fc.boolean(),
      own: fc.option(fc.record({ paused: fc.boolean(), everyHours: fc.constantFrom(1, 24) }), { nil: undefined }),
    });
    const plan = fc.record({
      tenants: fc.uniqueArray(aTenant, { selector: ({ number }) => number, maxLength: 80 }),
      crashes: fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), fc.constantFrom('before', 'after')), {
        maxLength: 8,
      }),
      page: fc.integer({ min: 1, max: 12 }),
      repeats: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 4 }),
      together: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ tenants: given, crashes, page, repeats, together }) => {
        const all = given.map(({ number, status, isEnabled, own }) => ({
          tenantId: `tenant-${number}`,
          status,
          enabledJobs: isEnabled ? ['scan-account'] : [],
          ...(own === undefined ? {} : { schedule: { 'scan-account': own } }),
        }));
        const world = fanOutWorld(all, { schedules: [{ ...NIGHTLY, spreadMinutes: 5 }], page });
        world.fault = (at, moment) => {
          if (crashes.some(([crashAt, when]) => crashAt === at && when === moment)) throw new Crash();
        };
        const swallow = (error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        };
        for (let attempt = 0; attempt < 10; attempt += 1) await world.fire().catch(swallow);
        for (let minute = 0; minute < 40; minute += 1) {
          if (repeats.includes(minute)) await world.fire().catch(swallow);
          await Promise.all(Array.from({ length: together }, () => world.tick().catch(swallow)));
          world.clock.advance(MINUTE_MS);
        }
        const due = all.filter(
          ({ status, enabledJobs, schedule }) =>
            status === 'active' && enabledJobs.length > 0 && schedule?.['scan-account'].paused !== true,
        );
        expect(askedFor(world)).toEqual(idsOf(due));
        expect([...world.store.agendas.values()].map(({ open }) => open)).toEqual([[]]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('windows side by side', () => {
  it('go on, each to its end, when the next one opens', async () => {
    const tenants = someTenants(300);
    const hourly = { ...NIGHTLY, expression: 'rate(1 hour)', spreadMinutes: 90 };
    const world = fanOutWorld(tenants, { schedules: [hourly] });
    for (let minute = 0; minute < 300; minute += 1) {
      if (minute % 60 === 0 && minute < 180) await world.fire(WINDOW_MS + minute * MINUTE_MS);
      await world.tick();
      world.clock.advance(MINUTE_MS);
    }
    const perTenant = Map.groupBy(askedFor(world), (tenantId) => tenantId);
    expect(perTenant.size).toBe(300);
    expect([...perTenant.values()].every((asked) => asked.length === 3)).toBe(true);
  });

  it('take turns: one of a large schedule does not keep another waiting', async () => {
    const schedules = ['first', 'second'].map((name) => ({ ...NIGHTLY, name, spreadMinutes: 1 }));
    const world = fanOutWorld(someTenants(600), { schedules });
    for (const { name } of schedules) await world.fire(WINDOW_MS, name);
    world.clock.advance(MINUTE_MS);
    let left = 60_000;
    await world.tick(() => {
      left -= 500;
      return left;
    });
    const bySchedule = Map.groupBy(world.bus, ({ source }) => source);
    const [one = 0, other = 0] = [...bySchedule.values()].map(({ length }) => length);
    expect(one).toBeGreaterThan(0);
    expect(Math.abs(one - other)).toBeLessThan(30);
  });

  it('keep their own schedule of every tenant: one run a day, though the windows come hourly', async () => {
    const tenants = someTenants(40, () => ({ schedule: { 'scan-account': { everyHours: 24 } } }));
    const hourly = { ...NIGHTLY, expression: 'rate(1 hour)', spreadMinutes: 30 };
    const world = fanOutWorld(tenants, { schedules: [hourly] });
    for (let hour = 0; hour < 72; hour += 1) {
      const startMs = WINDOW_MS + hour * 60 * MINUTE_MS;
      world.clock.set(startMs);
      await world.fire(startMs);
      await world.tickUntilDone();
    }
    const perTenant = Map.groupBy(askedFor(world), (tenantId) => tenantId);
    // The first window that ever was, and the first of each of the three days after it.
    expect([...perTenant.values()].map(({ length }) => length)).toEqual(Array.from({ length: 40 }, () => 4));
  });

  it('that come after a later one are for those without a schedule of their own', async () => {
    const tenants = someTenants(20, (index) => (index < 10 ? { schedule: { 'scan-account': { everyHours: 1 } } } : {}));
    const world = fanOutWorld(tenants);
    for (const hours of [0, 2, 1]) await world.fire(WINDOW_MS + hours * 60 * MINUTE_MS);
    world.clock.advance(3 * 60 * MINUTE_MS);
    await world.tickUntilDone();
    const perTenant = Map.groupBy(askedFor(world), (tenantId) => tenantId);
    expect(perTenant.get('tenant-1')).toHaveLength(2);
    expect(perTenant.get('tenant-11')).toHaveLength(3);
  });
});

describe('a window that is not done in time', () => {
  it('is given up, and how many were left is said', async () => {
    const tenants = someTenants(500);
    const world = fanOutWorld(tenants, { page: 20 });
    await world.fire();
    world.clock.advance(30 * MINUTE_MS);
    await world.tick();
    const sent = world.bus.length;
    expect(sent).toBeGreaterThan(100);
    // The next window, and the age that a request may have.
    world.clock.advance(48 * 60 * MINUTE_MS);
    await world.tickUntilDone();
    expect(world.bus).toHaveLength(sent);
    expect(world.lines.at(-1)).toEqual({
      transition: 'schedule.windowGivenUp',
      schedule: 'nightly',
      window: '2031-05-07T03:00:00Z',
      sent,
      left: 500 - sent,
    });
  });

  it('is given up also while a switch is off', async () => {
    const world = fanOutWorld(someTenants(30));
    await world.fire();
    world.off.set('global', { switchId: 'global', sinceMs: WINDOW_MS, by: 'ops', reason: 'incident' });
    world.clock.advance(72 * 60 * MINUTE_MS);
    await world.tick();
    expect(world.lines.at(-1)).toMatchObject({ transition: 'schedule.windowGivenUp', sent: 0, left: 30 });
    expect(world.bus).toEqual([]);
  });

  it('is counted to its end also through crashes, each tenant once', async () => {
    for (let crashAt = 1; crashAt < 60; crashAt += 1) {
      const world = fanOutWorld(someTenants(100), { page: 2 });
      await world.fire();
      const begun = world.effects();
      world.clock.advance(72 * 60 * MINUTE_MS);
      world.fault = (at) => {
        if (at === begun + crashAt * 7) throw new Crash();
      };
      await world.tickUntilDone();
      expect(world.lines.at(-1)).toMatchObject({ transition: 'schedule.windowGivenUp', sent: 0, left: 100 });
    }
  });
});

describe('while a switch is off', () => {
  const off = (switchId: string) => ({ switchId, sinceMs: WINDOW_MS, by: 'ops', reason: 'incident' });

  it.each(['global', 'job#scan-account', 'schedule#nightly'])('%s: no window opens, on record', async (switchId) => {
    const world = fanOutWorld(someTenants(10));
    world.off.set(switchId, off(switchId));
    expect(await world.fire()).toMatchObject({ told: 'skipped' });
    await world.tickUntilDone();
    expect(world.bus).toEqual([]);
    expect(world.lines).toEqual([
      expect.objectContaining({ transition: 'schedule.skipped', schedule: 'nightly', code: 'switch.off' }),
    ]);
  });

  it('an open window waits, and goes on when it is on again', async () => {
    const world = fanOutWorld(someTenants(100));
    await world.fire();
    world.clock.advance(10 * MINUTE_MS);
    await world.tick();
    const sent = world.bus.length;
    world.off.set('schedule#nightly', off('schedule#nightly'));
    world.clock.advance(10 * MINUTE_MS);
    await world.tick();
    expect(world.bus).toHaveLength(sent);
    expect(world.lines.at(-1)).toMatchObject({ transition: 'schedule.held', explanation: 'schedule#nightly is off' });
    world.off.clear();
    await world.tickUntilDone();
    expect(askedFor(world)).toEqual(idsOf(someTenants(100)));
  });

  it('nothing is asked for where the switches cannot be read, and the other schedules go on', async () => {
    const other = { ...NIGHTLY, name: 'other', job: 'process-logs' };
    const tenants = someTenants(20, () => ({ enabledJobs: ['scan-account', 'process-logs'] }));
    const world = fanOutWorld(tenants, { schedules: [NIGHTLY, other] });
    for (const name of ['nightly', 'other']) await world.fire(WINDOW_MS, name);
    world.clock.advance(60 * MINUTE_MS);
    const read = world.fanOutFunction.switches.read;
    Object.assign(world.fanOutFunction.switches, {
      read: async (schedule: { name: string; job: string }) => {
        if (schedule.name === 'nightly') throw new Error('away');
        return read(schedule);
      },
    });
    await expect(world.tick()).rejects.toThrow('away');
    expect(new Set(world.bus.map(({ source }) => source))).toEqual(new Set(['credential-broker.schedule.other']));
    expect(world.bus).toHaveLength(20);
  });
});
