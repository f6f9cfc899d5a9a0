import { BrokerError } from '../errors.ts';
import type { HeldBack, Permit, Workload } from '../limits/limits.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';

/** What was read while a permit was acquired, and the permit. */
export type ReadWithPermit<Read> = { readonly read: Read; readonly permit: Permit };

/**
 * Reads the facts of a decision and acquires a permit under the limits at the same time, which takes no longer than the
 * reading alone. Nothing is read for work that is known to be held back. Throws `tenant.rateLimited` and the like for
 * such work, and `store.*`.
 */
export async function readAndAcquire<Read>(
  workload: Workload | undefined,
  read: () => Promise<Read>,
  { limits }: Pick<IssuingDependencies, 'limits'>,
): Promise<ReadWithPermit<Read>> {
  if (workload === undefined) return { read: await read(), permit: UNLIMITED };
  const known = limits.knownHeldBack(workload);
  if (known !== undefined) throw heldBack(known);
  const [found, permit] = await Promise.allSettled([read(), limits.acquire(workload)]);
  if (found.status === 'rejected') {
    if (permit.status === 'fulfilled') await permit.value.release({ calls: 0, goesBack: true });
    throw found.reason;
  }
  if (permit.status === 'rejected') throw permit.reason;
  return { read: found.value, permit: permit.value };
}

/** Throws the error of the limit that holds the work back, if one does. */
export function requirePermit({ heldBack: why }: Permit): void {
  if (why !== undefined) throw heldBack(why);
}

/**
 * Does the work, counts its calls to STS, and releases the permit at the end, however the work ends. `goesBack` says
 * whether a result sends the message back to the queue, as an error always does. It is left out where there is no
 * message, because the caller waits for the answer: then the request counts, whatever happens.
 */
export async function workUnderPermit<Dependencies extends IssuingDependencies, Result>(
  { permit, broker }: { readonly permit: Permit; readonly broker: Dependencies },
  work: (broker: Dependencies) => Promise<Result>,
  goesBack?: (result: Result) => boolean,
): Promise<Result> {
  let calls = 0;
  const counting: Dependencies = {
    ...broker,
    assumeTenantRole: (input) => {
      calls += 1;
      return broker.assumeTenantRole(input);
    },
  };
  let comesAgain = goesBack !== undefined;
  try {
    const result = await work(counting);
    comesAgain = goesBack?.(result) ?? false;
    return result;
  } finally {
    await permit.release({ calls, goesBack: comesAgain });
  }
}

export function isHeldBack(error: unknown): boolean {
  return error instanceof BrokerError && HELD_BACK.has(error.code);
}

const HELD_BACK: ReadonlySet<string> = new Set(['tenant.rateLimited', 'requester.rateLimited', 'sts.heldBack']);

function heldBack({ code, explanation }: HeldBack): BrokerError {
  return new BrokerError(code, explanation);
}

/** For a request that will be refused, because its requester is not bound to what it names: it uses up no limit. */
const UNLIMITED: Permit = { release: async () => undefined };
