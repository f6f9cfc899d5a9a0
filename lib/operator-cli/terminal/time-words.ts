const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Writes a time as people say it: `3 h ago`, `in 5 d`. */
export function ageOf(atMs: number, nowMs: number): string {
  const agoMs = nowMs - atMs;
  if (Math.abs(agoMs) < 5 * SECOND_MS) return 'just now';
  return agoMs > 0 ? `${roughly(agoMs)} ago` : `in ${roughly(-agoMs)}`;
}

/** One unit, rounded down, which is enough for a time long ago. */
function roughly(durationMs: number): string {
  if (durationMs < MINUTE_MS) return `${Math.floor(durationMs / SECOND_MS)} s`;
  if (durationMs < HOUR_MS) return `${Math.floor(durationMs / MINUTE_MS)} min`;
  if (durationMs < 2 * DAY_MS) return `${Math.floor(durationMs / HOUR_MS)} h`;
  return `${Math.floor(durationMs / DAY_MS)} d`;
}

/** Writes the time left in its two largest units, rounded up: `4 min 20 s`. */
export function timeLeft(durationMs: number): string {
  const seconds = Math.max(0, Math.ceil(durationMs / SECOND_MS));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** The start of a period; the first period starts at the beginning of time. */
export function beginning(fromMs: number): string {
  return fromMs === 0 ? 'the beginning' : instantOf(fromMs);
}

/** An instant to the second, for times that nobody should have to guess. */
export function instantOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
