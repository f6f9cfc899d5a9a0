/**
 * The one clock of the embedded stack: real time plus an offset that only grows. Worker threads read the same offset
 * through shared memory, so that every function and every service agree on the time after an `advance`.
 */
export type StackClock = {
  /** Now, in epoch milliseconds. */
  nowMs(): number;
  /** Moves the clock forward and notifies every listener: leases, visibility time-outs and schedules fall due. */
  advance(milliseconds: number): void;
  onAdvance(listener: () => void): void;
  /** One signed 64-bit number: the offset in milliseconds. Given to worker threads. */
  readonly sharedOffset: SharedArrayBuffer;
};

export function createStackClock(realNowMs: () => number = Date.now): StackClock {
  const sharedOffset = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const offsetMs = new BigInt64Array(sharedOffset);
  const listeners: (() => void)[] = [];
  return {
    sharedOffset,
    nowMs: () => realNowMs() + Number(Atomics.load(offsetMs, 0)),
    advance(milliseconds) {
      if (!Number.isSafeInteger(milliseconds) || milliseconds < 0) {
        throw new RangeError(`the clock moves forward by whole milliseconds, not by ${milliseconds}`);
      }
      Atomics.add(offsetMs, 0, BigInt(milliseconds));
      for (const listener of listeners) listener();
    },
    onAdvance: (listener) => {
      listeners.push(listener);
    },
  };
}
