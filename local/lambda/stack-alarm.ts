import type { StackClock } from '../clock.ts';

/** Calls back once the stack's clock has reached a time, be it by waiting or by an advance. */
export type StackAlarm = {
  /** Replaces the time that was set; `undefined` sets none. Epoch milliseconds. */
  set(atMs: number | undefined): void;
};

/** setTimeout takes no more than this. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Its timers keep no process alive. */
export function createStackAlarm(clock: Pick<StackClock, 'nowMs' | 'onAdvance'>, ring: () => void): StackAlarm {
  let dueAtMs: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  function look(): void {
    clearTimeout(timer);
    if (dueAtMs === undefined) return;
    const waitMs = dueAtMs - clock.nowMs();
    if (waitMs > 0) {
      timer = setTimeout(look, Math.min(waitMs, LONGEST_WAIT_MS));
      timer.unref();
      return;
    }
    dueAtMs = undefined;
    ring();
  }
  clock.onAdvance(look);
  return {
    set(atMs) {
      dueAtMs = atMs;
      look();
    },
  };
}
