import type { HeapSample, LoadRun, Pair } from './run-load.ts';

export type LoadReport = Omit<LoadRun, 'pairs' | 'heap' | 'ledger'> & {
  readonly ledger: Omit<LoadRun['ledger'], 'lost'> & { readonly lost: number };
  /** Valid requests that a CPU second does in the mix, to those that it does when nothing else is there. */
  readonly validThroughput:
    | {
        readonly pairs: number;
        /** Poison, duplicates and faults are work as well, and all of it is in here. */
        readonly withTheirOwnWork: number;
        /** Without what the rest costs when it comes alone: how far it slows the others down. */
        readonly withoutTheirOwnWork: number;
        /** By the quartiles of the pairs. */
        readonly withoutTheirOwnWorkQuartiles: { readonly lower: number; readonly upper: number };
      }
    | undefined;
  /** Of the functions' process after a collection, when it is warm and at the end; and by how much it grows. */
  readonly heapBytes: { readonly warm: number | undefined; readonly end: number | undefined };
  readonly heapBytesPerThousandRequests: number | undefined;
};

/** The first pairs and samples are those of a process that warms up. */
const WARM_UP_PAIRS = 2;
const WARM_UP_PART = 0.3;

/** What a run came to, in figures. */
export function loadReport({ pairs, heap, ledger, ...run }: LoadRun): LoadReport {
  // A process that was started anew begins anew.
  const warm = run.kills.count > 0 ? [] : heap.slice(Math.floor(heap.length * WARM_UP_PART));
  return {
    ...run,
    ledger: { ...ledger, lost: ledger.lost.length },
    validThroughput: throughput(pairs.slice(WARM_UP_PAIRS)),
    heapBytes: { warm: warm[0]?.heapBytes, end: warm.at(-1)?.heapBytes },
    heapBytesPerThousandRequests: slope(warm),
  };
}

/** What must not be, in words; none when all is well. */
export function brokenPromises({ ledger, runs, received, left }: LoadRun): readonly string[] {
  const most = (kind: string) => Math.max(0, ...Object.keys(received[kind] ?? {}).map(Number));
  const rules: readonly (readonly [isBroken: boolean, text: string])[] = [
    [ledger.lost.length > 0, `${ledger.lost.length} valid requests were lost, ${ledger.lost.slice(0, 3).join(', ')}`],
    [ledger.crossed > 0, `${ledger.crossed} issuances of another tenant or of a refused request`],
    [runs.crossed > 0, `${runs.crossed} jobs had the credentials of another account or issuance`],
    [runs.twice > 0, `${runs.twice} issuances were opened twice`],
    [most('permanentPoison') > 1, `permanent poison was handled ${most('permanentPoison')} times`],
    [most('transientPoison') > 5, `transient poison was handled ${most('transientPoison')} times`],
    [left > 0, `${left} messages and invocations still wait`],
  ];
  return rules.filter(([isBroken]) => isBroken).map(([, text]) => text);
}

function throughput(pairs: readonly Pair[]): LoadReport['validThroughput'] {
  if (pairs.length === 0) return undefined;
  const net = pairs.map(({ mixedMs, cleanMs, restMs }) => cleanMs / (mixedMs - restMs));
  return {
    pairs: pairs.length,
    withTheirOwnWork: at(
      pairs.map(({ mixedMs, cleanMs }) => cleanMs / mixedMs),
      0.5,
    ),
    withoutTheirOwnWork: at(net, 0.5),
    withoutTheirOwnWorkQuartiles: { lower: at(net, 0.25), upper: at(net, 0.75) },
  };
}

function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const place = (sorted.length - 1) * part;
  const [below = 0, above = 0] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return Number((below + (above - below) * (place % 1)).toFixed(3));
}

/** Of the line of least squares. */
function slope(samples: readonly HeapSample[]): number | undefined {
  if (samples.length < 3) return undefined;
  const mean = (of: (sample: HeapSample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [middle, level] = [mean(({ requests }) => requests), mean(({ heapBytes }) => heapBytes)];
  const together = mean(({ requests, heapBytes }) => (requests - middle) * (heapBytes - level));
  return Math.round((together / mean(({ requests }) => (requests - middle) ** 2)) * 1_000);
}
