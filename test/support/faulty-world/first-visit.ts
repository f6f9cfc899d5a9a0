import type { Fault } from './faults.ts';
import { type FaultyWorld, faultyWorld } from './world.ts';

/** The calls for the one issuance, from its intent on, up to what the first visit left. */
export async function firstVisit(arrange: (world: FaultyWorld) => void, functionMs?: number) {
  const world = await faultyWorld();
  arrange(world);
  world.ask();
  await world.pump(functionMs === undefined ? {} : { functionMs });
  const issuance = await world.issuance();
  return { world, issuance, calls: world.sites(issuance.recordId) };
}

/** Breaks these calls. */
export function breaking(site: string, ...faults: readonly (Fault | 'ok')[]) {
  return (world: FaultyWorld) => world.faults.breakAt(site, ...faults);
}
