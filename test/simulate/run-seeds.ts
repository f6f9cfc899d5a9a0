import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Wiring } from '../support/faulty-world/wiring.ts';
import type { Job, Result } from './worker.ts';

export type Campaign = {
  readonly from: number;
  readonly seeds: number;
  readonly skewLimitMs: number;
  readonly wiring: Wiring;
  /** How calls reach the services: at the services themselves, or through the SDK's clients. */
  readonly over?: 'services' | 'sdk';
  /** Of the client of STS, only over the SDK; as deployed 1. */
  readonly stsMaxAttempts?: number;
};

export type Failure = { readonly seed: number; readonly violations: readonly string[] };
export type Findings = {
  readonly runs: number;
  readonly steps: number;
  /** `<site> <kind>`: how often. */
  readonly faults: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  /** Over the SDK: HTTP requests that a client made again, and calls of STS, each of one request. */
  readonly repeats: number;
  readonly stsCalls: number;
  /** Seeds in which one tenant lived alone and among others, and what it got was compared. */
  readonly compared: number;
};

/** What a thread does at a time. */
const SEEDS_AT_ONCE = { services: 50, sdk: 5 };

/** Runs the seeds on every core; `onProgress` is told how many are done. */
export async function runSeeds(
  campaign: Campaign,
  onProgress: (done: number) => void = () => undefined,
): Promise<Findings> {
  const faults = new Map<string, number>();
  const failures: Failure[] = [];
  let [runs, steps, repeats, stsCalls, compared, next] = [0, 0, 0, 0, 0, campaign.from];
  const end = campaign.from + campaign.seeds;
  const atOnce = SEEDS_AT_ONCE[campaign.over ?? 'services'];

  function take(): Job | undefined {
    if (next >= end) return undefined;
    const from = next;
    next = Math.min(end, next + atOnce);
    return { ...campaign, from, seeds: next - from };
  }
  function add(result: Result): void {
    runs += result.runs;
    steps += result.steps;
    repeats += result.repeats;
    stsCalls += result.stsCalls;
    compared += result.compared;
    failures.push(...result.failures);
    for (const [name, count] of result.faults) faults.set(name, (faults.get(name) ?? 0) + count);
    onProgress(runs);
  }
  const threads = Math.min(availableParallelism(), Math.ceil(campaign.seeds / atOnce));
  await Promise.all(Array.from({ length: threads }, () => work(take, add)));
  failures.sort((one, other) => one.seed - other.seed);
  return { runs, steps, faults, failures, repeats, stsCalls, compared };
}

function work(take: () => Job | undefined, add: (result: Result) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url));
    const go = () => {
      const job = take();
      if (job !== undefined) return worker.postMessage(job);
      void worker.terminate().then(() => resolve());
    };
    worker.on('message', (result: Result) => {
      add(result);
      go();
    });
    worker.on('error', reject);
    go();
  });
}
