import type { Cost } from './audit-api.ts';

/** What one question cost so far, and whether it may cost more. */
export type ReadMeter = {
  /** Counts one call. `readUnits` is what the store says that it cost, if it says so. */
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
    // Halves of units are exact; sums of other fractions are not.
    cost: () => ({ calls, rows, readUnits: Math.round(readUnits * 1_000) / 1_000 }),
  };
}

/** What one page may cost: after that it is answered as it is, with a cursor that goes on from there. */
const BUDGET = { calls: 16, rows: 10_000 } as const;
/** Records that one page may read whole, where only they themselves tell whether they are wanted. */
export const MOST_READ = 500;
/** What must be left of an invocation for another round of reading, with every retry of it, and for the answer. */
const ROUND_MS = 8_000;

export function mayReadOn({ calls, rows }: Cost, remainingMs: number): boolean {
  return calls < BUDGET.calls && rows < BUDGET.rows && remainingMs >= ROUND_MS;
}
