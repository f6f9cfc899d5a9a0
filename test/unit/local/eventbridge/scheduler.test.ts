import { describe, expect, it } from 'vitest';
import { createStackClock } from '../../../../local/clock.ts';
import type { EventEnvelope } from '../../../../local/eventbridge/event-envelope.ts';
import { createScheduler, type ScheduleRule } from '../../../../local/eventbridge/scheduler.ts';
import { countingIds, home, stoppedClock } from '../emulated-call.ts';

const MINUTE_MS = 60_000;

function setUp(rules: readonly Partial<ScheduleRule>[], clock = stoppedClock()) {
  const fired: [string, EventEnvelope][] = [];
  const problems: string[] = [];
  const scheduler = createScheduler({
    clock,
    ids: countingIds(),
    home,
    rules: rules.map((rule) => {
      return { name: 'sweep', arn: 'arn:sweep', state: 'ENABLED', scheduleExpression: 'rate(1 minute)', ...rule };
    }),
    fire: async (ruleName, event) => {
      if (ruleName === 'broken') throw new Error('no target');
      fired.push([ruleName, event]);
    },
    report: ({ ruleName, message }) => problems.push(`${ruleName}: ${message}`),
  });
  return { clock, scheduler, fired, problems };
}

describe('a scheduler', () => {
  it('fires a rule when its time has come, with the envelope that EventBridge gives schedules', async () => {
    const { clock, scheduler, fired } = setUp([{}]);
    clock.advance(MINUTE_MS - 1);
    expect(await scheduler.runDue()).toEqual([]);
    clock.advance(1);
    expect(await scheduler.runDue()).toEqual(['sweep']);
    expect(fired).toEqual([
      [
        'sweep',
        {
          version: '0',
          id: '00000000-0000-4000-8000-000000000001',
          'detail-type': 'Scheduled Event',
          source: 'aws.events',
          account: home.accountId,
          time: '2026-11-21T10:01:00Z',
          region: home.region,
          resources: ['arn:sweep'],
          detail: {},
        },
      ],
    ]);
    expect(await scheduler.runDue()).toEqual([]);
  });

  it('fires once for all the times that a leap of the clock has passed', async () => {
    const { clock, scheduler, fired } = setUp([{}, { name: 'nightly', scheduleExpression: 'cron(0 2 * * ? *)' }]);
    scheduler.start();
    clock.advance(90 * MINUTE_MS + 30_000);
    await scheduler.stop();
    expect(fired.map(([name]) => name)).toEqual(['sweep']);
    expect(scheduler.nextDueMs()).toBe(clock.nowMs() + 30_000);
  });

  it('goes on after a fire that failed, and tells of it', async () => {
    const { clock, scheduler, fired, problems } = setUp([{ name: 'broken' }, {}]);
    for (let minute = 1; minute <= 2; minute += 1) {
      clock.advance(MINUTE_MS);
      await scheduler.runDue();
    }
    expect(fired).toHaveLength(2);
    expect(problems).toEqual(['broken: no target', 'broken: no target']);
  });

  it('does not fire a disabled rule, nor anything before its start or after its stop', async () => {
    const disabled = setUp([{ state: 'DISABLED' }]);
    disabled.scheduler.start();
    disabled.clock.advance(MINUTE_MS);
    await disabled.scheduler.stop();
    expect(disabled.fired).toEqual([]);
    const { clock, scheduler, fired } = setUp([{}]);
    clock.advance(MINUTE_MS);
    scheduler.start();
    await scheduler.stop();
    clock.advance(MINUTE_MS);
    expect(fired).toHaveLength(1);
  });

  it('fires by itself as real time passes', async () => {
    const clock = createStackClock();
    const { scheduler, fired } = setUp([{}], clock);
    clock.advance(MINUTE_MS - 50);
    scheduler.start();
    expect(fired).toEqual([]);
    await expect.poll(() => fired.length, { interval: 10, timeout: 2000 }).toBe(1);
    await scheduler.stop();
  });

  it('refuses an expression that it cannot read', () => {
    expect(() => setUp([{ scheduleExpression: 'rate(1 minutes)' }])).toThrow('ScheduleExpression');
  });
});
