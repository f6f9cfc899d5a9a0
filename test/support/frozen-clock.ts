import type { Clock } from '../../lib/platform/clock.ts';

/** The instant at which tests begin, unless they say otherwise. */
export const START_MS = Date.parse('2031-05-06T07:08:09.123Z');

export type FrozenClock = Clock & { advance(milliseconds: number): void; set(epochMs: number): void };

/** A clock that stands still until it is moved. */
export function frozenClock(startMs: number = START_MS): FrozenClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    advance(milliseconds) {
      nowMs += milliseconds;
    },
    set(epochMs) {
      nowMs = epochMs;
    },
  };
}
