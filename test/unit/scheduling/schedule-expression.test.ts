import { describe, expect, it } from 'vitest';
import { nextFireMs, nextTimesMs, readScheduleExpression } from '../../../lib/scheduling/schedule-expression.ts';
import { parseSchedule } from '../../../local/eventbridge/schedule.ts';

/** A Saturday. */
const NOW = '2026-11-21T10:00:30.000Z';

function scheduleOf(expression: string) {
  const reading = readScheduleExpression(expression);
  if (!reading.read) throw new Error(reading.problem);
  return reading.schedule;
}

function nextAfter(expression: string, after = NOW, madeAt = NOW): string | undefined {
  const nextMs = nextFireMs(scheduleOf(expression), Date.parse(after), Date.parse(madeAt));
  return nextMs === undefined ? undefined : new Date(nextMs).toISOString();
}

describe('a schedule', () => {
  it.each([
    ['rate(1 minute)', '2026-11-21T10:01:30.000Z'],
    ['rate(5 minutes)', '2026-11-21T10:05:30.000Z'],
    ['rate(1 hour)', '2026-11-21T11:00:30.000Z'],
    ['rate(2 days)', '2026-11-23T10:00:30.000Z'],
    ['cron(0 10 * * ? *)', '2026-11-22T10:00:00.000Z'],
    ['cron(15 12 * * ? *)', '2026-11-21T12:15:00.000Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-23T18:00:00.000Z'],
    ['cron(0 8 1 * ? *)', '2026-12-01T08:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-11-21T10:15:00.000Z'],
    ['cron(0/10 * ? * 2-6 *)', '2026-11-23T00:00:00.000Z'],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2026-11-23T08:00:00.000Z'],
    ['cron(0,30 22 ? * SAT,SUN *)', '2026-11-21T22:00:00.000Z'],
    ['cron(0 0 L * ? *)', '2026-11-30T00:00:00.000Z'],
    ['cron(0 0 L FEB ? 2028)', '2028-02-29T00:00:00.000Z'],
    ['cron(0 9 ? * 6#3 *)', '2026-12-18T09:00:00.000Z'],
    ['cron(0 9 ? * MON#1 *)', '2026-12-07T09:00:00.000Z'],
    ['cron(0 9 ? * 6L *)', '2026-11-27T09:00:00.000Z'],
    ['cron(0 9 ? * L *)', '2026-11-28T09:00:00.000Z'],
    ['cron(0 9 21W * ? *)', '2026-12-21T09:00:00.000Z'],
    ['cron(0 9 22W * ? *)', '2026-11-23T09:00:00.000Z'],
    ['cron(0 9 1W AUG ? 2026-2028)', '2027-08-02T09:00:00.000Z'],
    ['cron(0 9 1W MAY ? 2027)', '2027-05-03T09:00:00.000Z'],
    ['cron(0 9 31W JAN ? 2027)', '2027-01-29T09:00:00.000Z'],
    ['cron(0 9 30 2 ? *)', undefined],
    ['cron(59 23 31 12 ? 2199)', '2199-12-31T23:59:00.000Z'],
  ])('%s runs next at %s', (expression, next) => {
    expect(nextAfter(String(expression))).toBe(next);
  });

  it('counts a rate from the moment it was made, whatever was missed', () => {
    expect(nextAfter('rate(10 minutes)', '2026-11-21T10:33:00.000Z')).toBe('2026-11-21T10:40:30.000Z');
    expect(nextAfter('rate(10 minutes)', '2026-11-21T10:40:30.000Z')).toBe('2026-11-21T10:50:30.000Z');
  });

  it('goes on with the minute after the one it fired at', () => {
    expect(nextAfter('cron(* * * * ? *)', '2026-11-21T10:01:00.000Z')).toBe('2026-11-21T10:02:00.000Z');
  });

  it('ends with its last year', () => {
    expect(nextAfter('cron(0 10 * * ? 2020-2025)')).toBeUndefined();
  });

  it('tells the next times, as many as there are', () => {
    const times = (expression: string, count: number) =>
      nextTimesMs(scheduleOf(expression), { afterMs: Date.parse(NOW), madeAtMs: Date.parse(NOW), count }).map(
        (timeMs) => new Date(timeMs).toISOString(),
      );
    expect(times('rate(12 hours)', 2)).toEqual(['2026-11-21T22:00:30.000Z', '2026-11-22T10:00:30.000Z']);
    expect(times('cron(0 9 31 12 ? 2026-2027)', 5)).toEqual(['2026-12-31T09:00:00.000Z', '2027-12-31T09:00:00.000Z']);
    expect(times('cron(0 9 30 2 ? *)', 5)).toEqual([]);
  });

  it.each([
    'every minute',
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(1.5 hours)',
    'rate(1 week)',
    'cron(0 10 * * ?)',
    'cron(0 10 * * ? * *)',
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(60 10 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 10 0 * ? *)',
    'cron(0 10 ? * 8 *)',
    'cron(0 10 ? * MOON *)',
    'cron(0 10 ? * 2#6 *)',
    'cron(5-1 10 * * ? *)',
    'cron(0/0 10 * * ? *)',
    'cron(0 10 * * ? 2200)',
    'cron( 10 * * ? *)',
  ])('says what is wrong with %s, as the stack does to whoever makes such a rule', (expression) => {
    expect(readScheduleExpression(expression)).toEqual({ read: false, problem: expect.stringMatching(/./) });
    expect(() => parseSchedule(expression)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });
});
