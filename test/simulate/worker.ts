/** Runs batches of seeds in a thread of its own. */
import { parentPort } from 'node:worker_threads';
import { amongOthers } from './among-others.ts';
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
  readonly compared: number;
};

/** Of the seeds, one in so many is also lived alone and among others; it costs as much as two of the others. */
const COMPARED_EVERY = 10;

parentPort?.on('message', async ({ from, seeds, over, ...options }: Job) => {
  const faults = new Map<string, number>();
  const failures: Failure[] = [];
  let [steps, repeats, stsCalls, compared] = [0, 0, 0, 0];
  for (let seed = from; seed < from + seeds; seed += 1) {
    const run = over === 'sdk' ? await overSdk(seed, options) : await overNothing(seed, options);
    steps += run.steps;
    repeats += run.repeats;
    stsCalls += run.stsCalls;
    compared += run.compared;
    if (run.violations.length > 0) failures.push({ seed, violations: run.violations });
    for (const [name, count] of run.faults) faults.set(name, (faults.get(name) ?? 0) + count);
  }
  parentPort?.postMessage({ runs: seeds, steps, faults, failures, repeats, stsCalls, compared } satisfies Result);
});

type Run = OverSdk & { readonly compared: 0 | 1 };

async function overSdk(seed: number, options: SimulationOptions): Promise<Run> {
  return { ...(await simulateOverSdk(seed, options)), compared: 0 };
}

async function overNothing(seed: number, options: SimulationOptions): Promise<Run> {
  const run = { ...(await simulate(seed, options)), repeats: 0, stsCalls: 0 };
  if (seed % COMPARED_EVERY !== 0) return { ...run, compared: 0 };
  const { violations } = await amongOthers(seed, options.wiring);
  return { ...run, violations: [...run.violations, ...violations], compared: 1 };
}
