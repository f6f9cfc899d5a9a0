import { describe, expect, it } from 'vitest';
import { isDue, type WindowTimes } from '../../../lib/scheduling/due-tenant.ts';
import type { SlotTenant } from '../../../lib/tenants/tenants-in-slot.ts';

const at = (text: string) => Date.parse(`2031-05-${text}:00Z`);
const hourly: WindowTimes = { startMs: at('07T04:00'), previousStartMs: at('07T03:00') };
const overMidnight: WindowTimes = { startMs: at('07T00:10'), previousStartMs: at('06T23:10') };
const first: WindowTimes = { startMs: at('07T04:00') };

function tenant(change: Partial<SlotTenant> = {}): SlotTenant {
  return { tenantId: 'acme', status: 'active', enabledJobs: ['scan-account'], ...change };
}
const own = (schedule: NonNullable<SlotTenant['schedule']>[string]) =>
  tenant({ schedule: { 'scan-account': schedule } });
const daily = own({ everyHours: 24 });

describe('a tenant', () => {
  it.each<[string, boolean, SlotTenant, WindowTimes]>([
    ['without a schedule of its own', true, tenant(), hourly],
    ['with an empty one', true, own({}), hourly],
    ['with one for another job', true, tenant({ schedule: { 'process-logs': { paused: true } } }), hourly],
    ['whose job is not enabled', false, tenant({ enabledJobs: ['process-logs'] }), hourly],
    ['that migrates', false, tenant({ status: 'migrating' }), hourly],
    ['that has left', false, tenant({ status: 'offboarded' }), hourly],
    ['that is paused', false, own({ paused: true }), hourly],
    ['that is paused, whatever its hours', false, own({ paused: true, everyHours: 1 }), hourly],
    ['that was paused and is not', true, own({ paused: false }), hourly],
    ['of every hour, each hour', true, own({ everyHours: 1 }), hourly],
    ['of every day, in the first window of a day', true, daily, overMidnight],
    ['of every day, in a later one', false, daily, hourly],
    ['of every day, in the first window that there ever was', true, daily, first],
    [
      'of every day, when a day of windows was missed',
      true,
      daily,
      { startMs: at('09T15:00'), previousStartMs: at('07T23:00') },
    ],
    [
      'of every day, in a window that came after a later one',
      false,
      daily,
      { startMs: at('07T00:10'), previousStartMs: at('07T00:10') },
    ],
    ['of every week, within the week', false, own({ everyHours: 168 }), overMidnight],
  ])('%s is due: %s', (_, due, given, window) => {
    expect(isDue(given, { job: 'scan-account', tenants: 'all', window })).toBe(due);
  });

  it('is due only where the requester of the schedule may ask for it', () => {
    const asked = (tenants: 'all' | string[]) => isDue(tenant(), { job: 'scan-account', tenants, window: hourly });
    expect([asked('all'), asked(['acme']), asked(['globex']), asked([])]).toEqual([true, true, false, false]);
  });

  it('has no schedule of its own by the name of what every object has', () => {
    const given = tenant({ enabledJobs: ['constructor'], schedule: {} });
    expect(isDue(given, { job: 'constructor', tenants: 'all', window: hourly })).toBe(true);
  });

  it.each([1, 2, 3, 5, 7, 24, 36, 168])(
    'of every %d hours is due once in each span, however unevenly windows come',
    (hours) => {
      const starts: number[] = [];
      for (let startMs = at('01T00:00'), step = 1; starts.length < 3_000; step += 1) {
        starts.push(startMs);
        // Between 48 and 72 minutes: an hourly rule that is never on time.
        startMs += (48 + ((step * 7_919) % 25)) * 60_000;
      }
      const due = starts.filter((startMs, index) =>
        isDue(own({ everyHours: hours }), {
          job: 'scan-account',
          tenants: 'all',
          window: { startMs, previousStartMs: starts[index - 1] },
        }),
      );
      const spans = due.map((startMs) => Math.floor(startMs / (hours * 3_600_000)));
      expect(new Set(spans).size).toBe(due.length);
      expect(new Set(spans).size).toBe(
        new Set(starts.map((startMs) => Math.floor(startMs / (hours * 3_600_000)))).size,
      );
    },
  );
});
