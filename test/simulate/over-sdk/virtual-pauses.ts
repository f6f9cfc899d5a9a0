/**
 * Lets whoever sleeps in this thread sleep on the clock of a world, in no time: the pauses between two attempts of an
 * SDK client. For threads in which nothing else waits for a timer.
 *
 * @returns what puts the real timers back.
 */
export function virtualPauses(clock: { advance(milliseconds: number): void }): () => void {
  const real = globalThis.setTimeout;
  const pause = (wake: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) => {
    clock.advance(delayMs);
    return setImmediate(wake, ...args);
  };
  Object.assign(globalThis, { setTimeout: pause });
  return () => void Object.assign(globalThis, { setTimeout: real });
}
