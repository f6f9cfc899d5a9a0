const FIRST_SECONDS = 10;
const LONGEST_SECONDS = 900;

/**
 * How long a message is kept away from the queue: 10 s, 20 s, 40 s … 15 minutes, or down to half of that. `jitter` is
 * 0 to 1: what was put back at the same instant must not come back at the same instant.
 */
export function backOffSeconds(receiveCount: number, jitter: number): number {
  const doublings = Math.max(0, Math.min(receiveCount, 10) - 1);
  const longest = Math.min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** doublings);
  return Math.ceil(longest * (0.5 + jitter / 2));
}
