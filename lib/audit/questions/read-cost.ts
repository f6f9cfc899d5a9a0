import type { Cost } from './audit-api.ts';

/** What one question has cost so far, and whether it may cost more. */
export type ReadMeter = {
  /** Counts one call. `readUnits` is the cost that the store reports, if it reports any. */
  count(call: { readonly rows: number; readonly readUnits?: number | undefined }): void;
  cost(): Cost;
};

export function readMeter(): ReadMeter {
  let calls = 0;
  let rows = 0;
  let readUnits = 0;
  return {
    count(call) {
      calls += 1;
      rows += call.rows;
      readUnits += call.readUnits ?? 0;
    },
    // Halves of units are exact, but sums of other fractions are not.
    cost: () => ({ calls, rows, readUnits: Math.round(readUnits * 1_000) / 1_000 }),
  };
}

/**
 * The most that one page may cost: after that the page is returned as it is, with a cursor that continues from there.
 */
const BUDGET = { calls: 16, rows: 10_000 } as const;
/** How many records one page may read whole, where only the records themselves show whether they are wanted. */
export const MOST_READ = 500;
/**
 * The time that an invocation must have left for another round of reading, with all its retries, and for the answer.
 */
const ROUND_MS = 8_000;

export function mayReadOn({ calls, rows }: Cost, remainingMs: number): boolean {
  return calls < BUDGET.calls && rows < BUDGET.rows && remainingMs >= ROUND_MS;
}
