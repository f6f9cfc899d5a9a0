import { performance } from 'node:perf_hooks';
import { runCalls } from '../support/correlation/run-calls.ts';

export type StraysOptions = {
  readonly stories: number;
  readonly strays: number;
  /** Of virtual time, over which they are spread. */
  readonly minutes: number;
  readonly seed: number;
};

/** How many of the planted strays somebody was told of, and of how much else. */
export async function benchStrays(options: StraysOptions) {
  const beganMs = performance.now();
  const run = await runCalls({ ...options, orderSeed: options.seed + 1 });
  const seconds = (performance.now() - beganMs) / 1000;
  const planted = new Set(run.planted);
  const alerts = run.world.alerts().map(({ detail }) => String(detail['stsRequestId']));
  return {
    events: run.deliveries,
    stories: run.stories,
    planted: planted.size,
    alerts: run.world.told.length,
    found: alerts.filter((id) => planted.has(id)).length,
    falseAlerts: alerts.filter((id) => !planted.has(id)).length,
    seconds: Math.round(seconds * 10) / 10,
    eventsPerSecond: Math.round(run.deliveries / seconds),
  };
}
