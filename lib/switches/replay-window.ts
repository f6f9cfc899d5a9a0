import * as v from 'valibot';

/** Until when events of an EventBridge replay are accepted, and who allowed that, when and why. */
export type ReplayWindow = {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly by: string;
  readonly reason: string;
};

/** The longest that replays may be allowed for at once. */
export const LONGEST_REPLAY_MS = 24 * 3_600_000;

const instant = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(8_640_000_000_000_000));
export const replayWindowSchema = v.object({
  switchId: v.literal('replay'),
  sinceMs: instant,
  untilMs: instant,
  by: v.string(),
  reason: v.string(),
});

/** A window that is longer than allowed does not count, because the broker never writes one. */
export function isReplayAllowed(window: ReplayWindow | undefined, nowMs: number): boolean {
  if (window === undefined) return false;
  const { sinceMs, untilMs } = window;
  const isBounded = untilMs - sinceMs <= LONGEST_REPLAY_MS;
  const hasBegun = sinceMs <= nowMs;
  const isOver = nowMs >= untilMs;
  return isBounded && hasBegun && !isOver;
}
