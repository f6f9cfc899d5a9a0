import { type Cron, ExpressionProblem, nextCronMs, parseCron } from './calendar.ts';

/** When a schedule runs: every so often from some moment on, or by the calendar (UTC). */
export type Schedule =
  | { readonly kind: 'rate'; readonly intervalMs: number }
  | { readonly kind: 'cron'; readonly cron: Cron };

export type ExpressionReading =
  | { readonly read: true; readonly schedule: Schedule }
  /** `problem`: for whoever wrote the expression. */
  | { readonly read: false; readonly problem: string };

const UNIT_MS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

/**
 * Reads `rate(1 hour)`, `rate(5 minutes)` (singular only for 1, as EventBridge insists) or `cron(0 8 ? * MON-FRI *)`.
 * What EventBridge would not take is a value, so that a configuration can be refused with all that is wrong with it.
 */
export function readScheduleExpression(expression: string): ExpressionReading {
  try {
    return { read: true, schedule: parse(expression) };
  } catch (error) {
    if (error instanceof ExpressionProblem) return { read: false, problem: error.message };
    throw error;
  }
}

/** The first time after `afterMs`; a rate counts from `madeAtMs`. Undefined for a calendar that has run out. */
export function nextFireMs(schedule: Schedule, afterMs: number, madeAtMs: number): number | undefined {
  if (schedule.kind === 'cron') return nextCronMs(schedule.cron, afterMs);
  const runs = Math.floor((afterMs - madeAtMs) / schedule.intervalMs);
  return madeAtMs + (Math.max(0, runs) + 1) * schedule.intervalMs;
}

/** The next times after `afterMs`, at most so many; fewer where the calendar runs out. */
export function nextTimesMs(
  schedule: Schedule,
  { afterMs, madeAtMs, count }: { readonly afterMs: number; readonly madeAtMs: number; readonly count: number },
): readonly number[] {
  const times: number[] = [];
  for (let timeMs: number | undefined = afterMs; times.length < count; times.push(timeMs)) {
    timeMs = nextFireMs(schedule, timeMs, madeAtMs);
    if (timeMs === undefined) break;
  }
  return times;
}

function parse(expression: string): Schedule {
  const [, kind, text = ''] = /^(rate|cron)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'cron') return { kind, cron: parseCron(text) };
  if (kind === 'rate') return { kind, intervalMs: rateMs(text) };
  throw new ExpressionProblem(`${expression} is neither rate(…) nor cron(…)`);
}

function rateMs(text: string): number {
  const [, digits = '', unit = '', plural = ''] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(text) ?? [];
  const unitMs = UNIT_MS.get(unit);
  if (unitMs === undefined || (digits === '1') !== (plural === '')) {
    throw new ExpressionProblem(`rate(${text}): give a whole number and minute(s), hour(s) or day(s)`);
  }
  return Number(digits) * unitMs;
}
