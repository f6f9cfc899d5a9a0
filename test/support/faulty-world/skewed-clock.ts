import type { Clock } from '../../../lib/platform/clock.ts';
import { currentProcess, type Process } from './process.ts';

/** The time as each process has it: its environment's clock is off by a distance of its own, for as long as it lives. */
export function skewedClock(clock: Clock, drawSkewMs: () => number): Clock {
  const skews = new WeakMap<Process, number>();
  return {
    nowMs() {
      const process = currentProcess();
      if (process === undefined) return clock.nowMs();
      const skewMs = skews.get(process) ?? drawSkewMs();
      skews.set(process, skewMs);
      return clock.nowMs() + skewMs;
    },
  };
}
