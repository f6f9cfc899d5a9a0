import * as v from 'valibot';

/** Times in a question: ISO 8601 with its zone, a day (its beginning, in UTC), or epoch milliseconds. */
export const timeText = v.pipe(
  v.string(),
  v.regex(
    /^(?:\d{1,15}|\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?)$/,
    'expected a time as 2026-11-21T07:00:00Z, 2026-11-21 or epoch milliseconds',
  ),
  v.check((text) => timeOf(text) !== undefined, 'expected a time that there is'),
);

export const dayText = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day as 2026-11-21'),
  v.check((text) => timeOf(text) !== undefined, 'expected a day that there is'),
);

export const DAY_MS = 86_400_000;

/** The time in epoch milliseconds; undefined for a date that no calendar has. */
export function timeOf(text: string): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const epochMs = Date.parse(text);
  // JavaScript reads the 31st of February as the 3rd of March.
  const day = Date.parse(text.slice(0, 10));
  const isThere = !Number.isNaN(day) && new Date(day).toISOString().slice(0, 10) === text.slice(0, 10);
  return isThere && !Number.isNaN(epochMs) && epochMs >= 0 ? epochMs : undefined;
}
