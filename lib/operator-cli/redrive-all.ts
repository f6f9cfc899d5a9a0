import type { DeadLettersClient } from '../client/dead-letters-client.ts';
import type { Redriven, RedriveOrder } from '../dead-letters/dead-letter-api.ts';
import type { Session } from './session.ts';
import { grouped, makeProgress } from './terminal/progress.ts';

type Dependencies = { readonly session: Session; readonly client: DeadLettersClient };

/**
 * Calls until every letter was looked at or `max` letters were sent: each call continues where the previous one had to
 * stop.
 */
export async function redriveAll(order: RedriveOrder, { session, client }: Dependencies): Promise<Redriven> {
  const progress = makeProgress(session);
  let redriven: Redriven = { redriven: 0, kept: {}, more: true };
  try {
    while (redriven.more) {
      const left = order.max === undefined ? undefined : order.max - redriven.redriven;
      if (left === 0) break;
      const body = left === undefined ? order : { ...order, max: left };
      redriven = added(redriven, await client.call('POST /dead-letters/redrive', { body }));
      if (redriven.more) progress.show(`redriven ${grouped(redriven.redriven)}, left ${grouped(keptIn(redriven))}`);
    }
  } finally {
    progress.end();
  }
  return redriven;
}

function keptIn({ kept }: Redriven): number {
  return Object.values(kept).reduce((sum, count) => sum + count, 0);
}

function added(before: Redriven, after: Redriven): Redriven {
  const kept: Record<string, number> = { ...before.kept };
  for (const [verdict, count] of Object.entries(after.kept)) kept[verdict] = (kept[verdict] ?? 0) + count;
  return { redriven: before.redriven + after.redriven, kept, more: after.more };
}
