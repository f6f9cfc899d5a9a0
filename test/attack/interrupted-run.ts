import type { TenantReading } from '../../lib/tenants/tenant.ts';
import { gate } from '../support/faulty-world/process.ts';
import { type FaultyWorld, faultyWorld } from '../support/faulty-world/world.ts';

/**
 * One request for one account, from the event to the job; just before its n-th call (counted from 0) the world stands
 * still, and something is done to it. Undefined where the run has no such call.
 */
export async function interruptedBefore(
  at: number,
  meanwhile: (world: FaultyWorld) => Promise<void>,
  tenants?: readonly TenantReading[],
): Promise<FaultyWorld | undefined> {
  const world = await faultyWorld(tenants === undefined ? {} : { tenants });
  const stopped = gate();
  let count = -1;
  world.faults.choose = ({ process, site }) => {
    // Nothing waits for a counter: it is no part of the protocol.
    if (process === 'test' || site.startsWith('limits.')) return undefined;
    count += 1;
    return count === at ? { stall: stopped } : undefined;
  };
  world.ask();
  const run = await world.pump();
  for (const invocation of world.lambda.invocations) await world.host.run(invocation);
  if (count >= at) await meanwhile(world);
  stopped.open();
  await run?.finally;
  // A job that stood still goes on to its end.
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  if (count < at) return undefined;
  world.faults.choose = undefined;
  return world;
}
