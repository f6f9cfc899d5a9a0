import type { StackClock } from '../clock.ts';

/** Calls back once the stack's clock reaches a time, whether by waiting or by an advance. */
export type StackAlarm = {
  /** Replaces the time that was set; `undefined` clears it. Epoch milliseconds. */
  set(atMs: number | undefined): void;
};

/** The longest delay that setTimeout accepts. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Makes an alarm whose timers keep no process alive. */
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
