import { type Cron, nextCronMs, parseCron } from './cron.ts';
import { invalidSchedule } from './invalid-schedule.ts';

/** When a schedule rule runs: every so often from the moment it was made, or by the calendar (UTC). */
export type Schedule =
  | { readonly kind: 'rate'; readonly intervalMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron };

const UNIT_MS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

/**
 * Reads `rate(1 hour)`, `rate(5 minutes)` (singular only for 1, as EventBridge insists) or `cron(0 8 ? * MON-FRI *)`.
 * Throws `ValidationException` for anything else.
 */
export function parseSchedule(expression: string): Schedule {
  const [, kind, text = ''] = /^(rate|cron)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return { kind, cron: parseCron(text) };
  if (kind === 'rate') return { kind, intervalMs: rateMs(text) };
  throw invalidSchedule(`${expression} is neither rate(…) nor cron(…)`);
}

/** The first time after `afterMs`; a rate counts from `madeAtMs`. Undefined for a calendar that has run out. */
export function nextFireMs(schedule: Schedule, afterMs: number, madeAtMs: number): number | undefined {
  if (schedule.kind === 'cron') return nextCronMs(schedule.cron, afterMs);
  const runs = Math.floor((afterMs - madeAtMs) / schedule.intervalMs);
  return madeAtMs + (Math.max(0, runs) + 1) * schedule.intervalMs;
}

function rateMs(text: string): number {
  const [, digits = '', unit = '', plural = ''] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit);
  if (unitMs === undefined || (digits === '1') !== (plural === '')) {
    throw invalidSchedule(`rate(${text}): give a whole number and minute(s), hour(s) or day(s)`);
  }
  return Number(digits) * unitMs;
}
