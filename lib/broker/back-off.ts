const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 900;

/**
 * How long a message stays invisible before it is delivered again: 10 s, 20 s, 40 s … 15 minutes, less up to half of
 * that. `jitter` is 0 to 1, and keeps messages that went back together from coming back together.
 */
export function backOffSeconds(receiveCount: number, jitter: number): number {
  const doublings = Math.max(0, Math.min(receiveCount, 10) - 1);
  const longest = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** doublings);
  return Math.ceil(longest * (0.5 + jitter / 2));
}
