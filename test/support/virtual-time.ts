import { setImmediate as afterMicrotasks } from 'node:timers/promises';
import type { Clock } from '../../lib/platform/clock.ts';

export type VirtualTime = Clock & {
  sleep(durationMs: number): Promise<void>;
  /** Lets time pass for the work, from one sleeper that wakes to the next, without waiting. */
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  set(epochMs: number): void;
};

type Sleeper = { readonly wakesAtMs: number; readonly wake: () => void };

/** A clock on which sleeping takes no time: whoever wakes first is next, in the order in which they lay down. */
export function virtualTime(startMs: number): VirtualTime {
  let nowMs = startMs;
  let sleepers: Sleeper[] = [];

  function wakeNext(): void {
    const next = sleepers.reduce<Sleeper | undefined>(
      (first, one) => (first === undefined || one.wakesAtMs < first.wakesAtMs ? one : first),
      undefined,
    );
    if (next === undefined) return;
    sleepers = sleepers.filter((one) => one !== next);
    nowMs = Math.max(nowMs, next.wakesAtMs);
    next.wake();
  }

  return {
    nowMs: () => nowMs,
    set(epochMs) {
      nowMs = Math.max(nowMs, epochMs);
    },
    sleep: (durationMs) =>
      new Promise<void>((wake) => {
        sleepers.push({ wakesAtMs: nowMs + durationMs, wake });
      }),
    async run(work) {
      let isOver = false;
      const result = work().finally(() => {
        isOver = true;
      });
      // Whoever waits for it hears of a failure below; until then it must not count as one that nobody heard of.
      result.catch(() => undefined);
      for (await afterMicrotasks(); !isOver; await afterMicrotasks()) wakeNext();
      return result;
    },
  };
}
