import type { Clock } from '../platform/clock.ts';
import { counterIds } from '../platform/table-keys.ts';
import type { Counters } from './counters.ts';
import { type Meter, minuteRow, oneIsLeft, slotEndMs, taking } from './meter.ts';

/** Limits the broker's calls to STS, counted second by second for all functions together. */
export type StsShare = {
  /** Known, without asking, to have none left in this second. */
  isUsedUp(): boolean;
  /** Undefined: there is none left in this second. Throws `store.*`. */
  take(calls: number, perSecond: number): Promise<TakenShare | undefined>;
  /**
   * Calls a second that were usual in the last ten minutes: their median, so that neither a burst nor a pause counts.
   * Undefined when there were none.
   */
  usualPerSecond(): Promise<number | undefined>;
};

export type TakenShare = {
  /** Corrects what was taken to what was called. */
  settle(calls: number): Promise<void>;
};

const LOOK_BACK_MINUTES = 10;

export function makeStsShare({ counters, clock }: { readonly counters: Counters; readonly clock: Clock }): StsShare {
  /** Known to be used up until then: nobody needs to ask the table again. */
  let usedUpUntilMs = 0;

  return {
    isUsedUp: () => clock.nowMs() < usedUpUntilMs,

    async take(calls, perSecond) {
      const nowMs = clock.nowMs();
      if (nowMs < usedUpUntilMs) return undefined;
      const meter = meterOf(perSecond);
      const row = minuteRow(counterIds.sts, nowMs);
      const taken = await counters.change(row, { add: taking(meter, calls, nowMs), when: oneIsLeft(meter, nowMs) });
      if (taken === undefined) {
        usedUpUntilMs = slotEndMs(meter, nowMs);
        return undefined;
      }
      return {
        async settle(called) {
          if (called !== calls) await counters.change(row, { add: taking(meter, called - calls, nowMs) });
        },
      };
    },

    async usualPerSecond() {
      const nowMs = clock.nowMs();
      const minutes = Array.from({ length: LOOK_BACK_MINUTES }, (_, back) => nowMs - (back + 1) * 60_000);
      const rows = await Promise.all(minutes.map((atMs) => counters.read(minuteRow(counterIds.sts, atMs).counter)));
      const busy = rows.map((row) => row['calls'] ?? 0).filter((calls) => calls > 0);
      busy.sort((one, other) => one - other);
      const median = busy[Math.floor(busy.length / 2)];
      return median === undefined ? undefined : median / 60;
    },
  };
}

function meterOf(perSecond: number): Meter {
  return { name: 'calls', perMinute: perSecond * 60, slotSeconds: 1 };
}
