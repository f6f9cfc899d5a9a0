/** The one source of the time of day. Functions in `lib` receive a clock; only this file reads the machine's. */
export type Clock = {
  /** The current time, in epoch milliseconds. */
  nowMs(): number;
};

export const systemClock: Clock = { nowMs: () => Date.now() };
