/** Runs batches of seeds in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import type { Campaign, Failure } from './run-seeds.ts';
import { simulate } from './simulation.ts';

export type Job = Campaign;
export type Result = {
  readonly runs: number;
  readonly steps: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
};

parentPort?.on('message', async ({ from, seeds, ...options }: Job) => {
  const faults = new Map<string, number>();
  const failures: Failure[] = [];
  let steps = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = await simulate(seed, options);
    steps += run.steps;
    if (run.violations.length > 0) failures.push({ seed, violations: run.violations });
    for (const [name, count] of run.faults) faults.set(name, (faults.get(name) ?? 0) + count);
  }
  parentPort?.postMessage({ runs: seeds, steps, faults, failures } satisfies Result);
});
