/** The last calls to STS of one function instance, and whether most of them failed. */
export type CallWindow = {
  note(outcome: 'answered' | 'failed', nowMs: number): void;
  mostFail(nowMs: number): boolean;
  clear(): void;
};

const WINDOW_MS = 30_000;
/** Fewer say nothing: one lost call of two is no outage. */
const LEAST_CALLS = 5;
/** An instance makes a few calls a second; more than this would tell no more. */
const MOST_CALLS = 200;

export function makeCallWindow(): CallWindow {
  let calls: { readonly atMs: number; readonly failed: boolean }[] = [];
  return {
    note(outcome, nowMs) {
      calls = [...calls.filter(({ atMs }) => atMs > nowMs - WINDOW_MS), { atMs: nowMs, failed: outcome === 'failed' }];
      if (calls.length > MOST_CALLS) calls.shift();
    },
    mostFail(nowMs) {
      const recent = calls.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
      const failed = recent.filter((call) => call.failed).length;
      return recent.length >= LEAST_CALLS && failed * 2 > recent.length;
    },
    clear() {
      calls = [];
    },
  };
}
