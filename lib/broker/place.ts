import { BrokerError } from '../errors.ts';
import type { HeldBack, Place, Wanted } from '../limits/limits.ts';
import type { IssuingDependencies } from './broker-dependencies.ts';

/** What was read while a place was asked for, and the place. */
export type InPlace<Read> = { readonly read: Read; readonly place: Place };

/**
 * Reads what a decision goes by and asks for a place at the same time, which takes no longer than the reading alone.
 * What is known to be held back is not even read for. Throws `tenant.rateLimited` and the like then, and `store.*`.
 */
export async function readInPlace<Read>(
  wanted: Wanted | undefined,
  read: () => Promise<Read>,
  { limits }: Pick<IssuingDependencies, 'limits'>,
): Promise<InPlace<Read>> {
  if (wanted === undefined) return { read: await read(), place: NOWHERE };
  const known = limits.knownToHold(wanted);
  if (known !== undefined) throw heldBack(known);
  const [found, place] = await Promise.allSettled([read(), limits.enter(wanted)]);
  if (found.status === 'rejected') {
    if (place.status === 'fulfilled') await place.value.leave({ calls: 0, goesBack: true });
    throw found.reason;
  }
  if (place.status === 'rejected') throw place.reason;
  return { read: found.value, place: place.value };
}

/** Goes on only if the place is one. */
export function mustHavePlace({ heldBack: why }: Place): void {
  if (why !== undefined) throw heldBack(why);
}

/**
 * Does the work, counts its calls to STS, and gives the place up at the end, however it ends. `goesBack` says of the
 * result whether the message will come again, as it does after an error. Left out, there is no message: who asked is
 * answered whatever happens, and has used up what it asked for.
 */
export async function workInPlace<Dependencies extends IssuingDependencies, Result>(
  { place, broker }: { readonly place: Place; readonly broker: Dependencies },
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
    await place.leave({ calls, goesBack: comesAgain });
  }
}

export function isHeldBack(error: unknown): boolean {
  return error instanceof BrokerError && HELD_BACK.has(error.code);
}

const HELD_BACK: ReadonlySet<string> = new Set(['tenant.rateLimited', 'requester.rateLimited', 'sts.heldBack']);

function heldBack({ code, explanation }: HeldBack): BrokerError {
  return new BrokerError(code, explanation);
}

/** Of whoever is not bound to what they name: it is refused, and takes nothing of anybody's. */
const NOWHERE: Place = { leave: async () => undefined };
