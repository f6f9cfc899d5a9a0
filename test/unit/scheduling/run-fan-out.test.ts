import { describe, expect, it } from 'vitest';
import { readFanOutEvent } from '../../../lib/scheduling/fan-out-event.ts';
import { runFanOut } from '../../../lib/scheduling/run-fan-out.ts';
import {
  askedFor,
  fanOutWorld,
  NIGHTLY,
  RULE_PREFIX,
  scheduledEvent,
  someTenants,
  WINDOW_MS,
} from '../../support/fan-out-world.ts';

const read = (event: unknown) => readFanOutEvent(event, { ruleNamePrefix: RULE_PREFIX });

describe('what the fan-out is invoked with', () => {
  it('is a tick, a run by hand, or an event of a schedule', () => {
    expect(read({ kind: 'tick' })).toEqual({ kind: 'tick' });
    const byHand = { kind: 'runNow', schedule: 'nightly', by: 'arn:aws:iam::111111111111:role/x' };
    expect(read(byHand)).toEqual(byHand);
    expect(read(scheduledEvent(WINDOW_MS))).toEqual({ kind: 'scheduled', schedule: 'nightly', startMs: WINDOW_MS });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an empty object', {}],
    ['a tick with more in it', { kind: 'tick', schedule: 'nightly' }],
    ['a run by nobody', { kind: 'runNow', schedule: 'nightly', by: '' }],
    ['a run of nothing', { kind: 'runNow', by: 'x' }],
    ['a request', { ...scheduledEvent(WINDOW_MS), source: 'com.example.scans', 'detail-type': 'RunJob' }],
    [
      'an event of another rule',
      { ...scheduledEvent(WINDOW_MS), resources: ['arn:aws:events:eu-west-1:1:rule/other'] },
    ],
    ['an event of two rules', { ...scheduledEvent(WINDOW_MS), resources: [`x/${RULE_PREFIX}a`, `x/${RULE_PREFIX}b`] }],
    ['an event of no time', { ...scheduledEvent(WINDOW_MS), time: 'now' }],
    ['an event of no day', { ...scheduledEvent(WINDOW_MS), time: '2031-02-41T03:00:00Z' }],
  ])('is never %s', (_, event) => {
    expect(() => read(event)).toThrow(expect.objectContaining({ code: 'request.malformed' }));
  });
});

describe('an event of a schedule', () => {
  it('opens a window and goes through nobody', async () => {
    const world = fanOutWorld(someTenants(10));
    expect(await world.fire()).toEqual({ schedule: 'nightly', window: '2031-05-07T03:00:00Z', told: 'opened' });
    expect(await world.fire()).toEqual({ schedule: 'nightly', window: '2031-05-07T03:00:00Z', told: 'known' });
    expect(world.bus).toEqual([]);
    expect(world.lines.map(({ transition }) => transition)).toEqual(['schedule.windowOpened', 'schedule.windowKnown']);
  });

  it('that is no longer there opens none, on record', async () => {
    const world = fanOutWorld(someTenants(10));
    expect(await world.fire(WINDOW_MS, 'gone')).toMatchObject({ told: 'skipped' });
    expect(world.lines).toEqual([
      expect.objectContaining({ transition: 'schedule.skipped', code: 'schedule.unknown' }),
    ]);
    expect(world.store.agendas.size).toBe(0);
  });

  it.each([
    ['rate(1 hour)', 25],
    ['cron(0 3 * * ? *)', 48],
    ['cron(0 3 ? * MON *)', 24 * 5 + 24],
    // The last one that there is: then the spread bounds it.
    ['cron(0 3 7 5 ? 2031)', 25],
  ])('of %s stays open until the next one has come, and a day', async (expression, hours) => {
    const world = fanOutWorld([], { schedules: [{ ...NIGHTLY, expression }] });
    await world.fire();
    const [window] = world.store.windows.values();
    expect(((window?.closesAtMs ?? 0) - WINDOW_MS) / 3_600_000).toBe(hours);
  });
});

describe('a run by hand', () => {
  it('asks for every tenant that the job is enabled for, whatever ran when', async () => {
    const tenants = someTenants(20, (index) => ({
      schedule: { 'scan-account': index < 5 ? { paused: true } : { everyHours: 168 } },
    }));
    const world = fanOutWorld(tenants);
    await world.fire();
    await world.tickUntilDone();
    await world.fire(WINDOW_MS + 3_600_000);
    await world.tickUntilDone();
    expect(askedFor(world)).toHaveLength(15);
    expect(await world.runNow()).toEqual({ schedule: 'nightly', windowStartMs: world.clock.nowMs() + 1 });
    await world.tickUntilDone();
    expect(askedFor(world)).toHaveLength(30);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ transition: 'schedule.runNow', caller: 'arn:aws:iam::111111111111:role/operator' }),
    );
  });

  it('is never taken for a window of the calendar at the same second', async () => {
    const world = fanOutWorld(someTenants(3));
    await world.runNow();
    expect(await world.fire()).toMatchObject({ told: 'opened' });
    await world.tickUntilDone();
    expect(world.bus).toHaveLength(6);
    expect(askedFor(world)).toHaveLength(6);
  });

  it('is refused while it is paused, and where there is no such schedule', async () => {
    const world = fanOutWorld(someTenants(3));
    world.off.set('schedule#nightly', { switchId: 'schedule#nightly', sinceMs: WINDOW_MS, by: 'ops', reason: 'x' });
    expect(await world.runNow()).toEqual({
      refused: 'switch.off',
      explanation: 'schedule#nightly is off since 2031-05-07T03:00:00.000Z',
    });
    expect(await world.runNow('weekly')).toMatchObject({ refused: 'schedule.unknown' });
    expect(world.store.windows.size).toBe(0);
  });
});

describe('anything else', () => {
  it('is an exception, and nothing is done', async () => {
    const world = fanOutWorld(someTenants(3));
    const run = runFanOut({ event: { kind: 'all' }, remainingMs: () => 60_000 }, world.fanOutFunction);
    await expect(run).rejects.toMatchObject({ code: 'request.malformed' });
    expect(world.effects()).toBe(0);
  });
});
