import { usageError } from '../command-error.ts';

const DURATION = /^([1-9]\d{0,4})(m|h|d)$/;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** Requires a time zone, because a time of day without one is another instant for a reader elsewhere. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

type Asked = { readonly from?: string | undefined; readonly to?: string | undefined };

/**
 * The times of a question in the form that the API takes. `2h` and `7d` are that long ago, a day is its first moment in
 * UTC. Throws `cli.usage` for anything else, and if nothing can lie between the two times.
 */
export function timeRange({ from, to }: Asked, nowMs: number): Asked {
  const fromMs = instantIn('from', from, nowMs);
  const toMs = instantIn('to', to, nowMs);
  if (fromMs !== undefined && fromMs >= (toMs ?? nowMs)) {
    throw usageError(
      `--from ${from} is not before ${to === undefined ? 'now' : `--to ${to}`}.`,
      'Give --from the earlier time of the two.',
    );
  }
  return {
    ...(fromMs !== undefined && { from: new Date(fromMs).toISOString() }),
    ...(toMs !== undefined && { to: new Date(toMs).toISOString() }),
  };
}

/** Returns a UTC day as it was written, if the day exists. */
export function dayIn(text: string): string {
  if (DAY.test(text) && isOfCalendar(text)) return text;
  throw usageError(
    `The day is written as YYYY-MM-DD, in UTC, not ${text}.`,
    'For example: broker audit day 2026-09-02',
  );
}

function instantIn(option: string, text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const [, count, unit] = DURATION.exec(text) ?? [];
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd'))
    return nowMs - Number(count) * UNIT_MS[unit];
  const isWritten = (DAY.test(text) || INSTANT.test(text)) && isOfCalendar(text);
  const instantMs = isWritten ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(instantMs)) return instantMs;
  throw usageError(
    `--${option} is no time that we can read: ${text}`,
    'Write it as 90m, 2h or 7d (so long ago), 2026-09-02 or 2026-09-02T14:00Z.',
  );
}

/** JavaScript reads the 31st of February as a day in March. */
function isOfCalendar(text: string): boolean {
  const day = text.slice(0, 10);
  const dayMs = Date.parse(day);
  return !Number.isNaN(dayMs) && new Date(dayMs).toISOString().startsWith(day);
}
