/** Runs batches of seeds in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import { type OverSdk, simulateOverSdk } from './over-sdk/simulate-over-sdk.ts';
import type { Campaign, Failure } from './run-seeds.ts';
import { type SimulationOptions, simulate } from './simulation.ts';

export type Job = Campaign;
export type Result = {
  readonly runs: number;
  readonly steps: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  readonly repeats: number;
  readonly stsCalls: number;
};

parentPort?.on('message', async ({ from, seeds, over, ...options }: Job) => {
  const faults = new Map<string, number>();
  const failures: Failure[] = [];
  let [steps, repeats, stsCalls] = [0, 0, 0];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = over === 'sdk' ? await simulateOverSdk(seed, options) : await overNothing(seed, options);
    steps += run.steps;
    repeats += run.repeats;
    stsCalls += run.stsCalls;
    if (run.violations.length > 0) failures.push({ seed, violations: run.violations });
    for (const [name, count] of run.faults) faults.set(name, (faults.get(name) ?? 0) + count);
  }
  parentPort?.postMessage({ runs: seeds, steps, faults, failures, repeats, stsCalls } satisfies Result);
});

async function overNothing(seed: number, options: SimulationOptions): Promise<OverSdk> {
  return { ...(await simulate(seed, options)), repeats: 0, stsCalls: 0 };
}
