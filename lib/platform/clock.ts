/** The one source of the time of day. `lib` functions are given it; only this file reads the machine's. */
export type Clock = {
  /** Now, in epoch milliseconds. */
  nowMs(): number;
};

export const systemClock: Clock = { nowMs: () => Date.now() };
