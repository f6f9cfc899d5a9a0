import { expect } from 'vitest';
import type { FaultyWorld } from './world.ts';

/** Nothing breaks any more, and time passes; then everything must hold that must hold at an end of calls for credentials. */
export async function endsWell(world: FaultyWorld): Promise<void> {
  await world.settle();
  expect(await world.violations()).toEqual([]);
  expect(world.queue.everSent).toEqual([]);
  expect(world.lambda.invocations).toEqual([]);
  expect(world.sites()).not.toContain('kms.dataKey');
}
