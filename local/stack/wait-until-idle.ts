import { setTimeout as sleep } from 'node:timers/promises';
import type { EventDelivery } from '../cloudtrail/event-delivery.ts';
import type { AsyncInvocations } from '../lambda/async-invocations.ts';
import type { EventSourceMapping } from '../lambda/event-source-mapping.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import type { QueueStore } from '../sqs/queue-store.ts';
import type { MappingWiring } from '../template/wiring.ts';

export type Activity = {
  readonly mappings: readonly (EventSourceMapping & Pick<MappingWiring, 'queueName'>)[];
  readonly streamMappings: readonly Pick<EventSourceMapping, 'activity'>[];
  readonly store: Pick<QueueStore, 'counts'>;
  readonly pool: Pick<FunctionPool, 'activity'>;
  readonly asyncInvocations: Pick<AsyncInvocations, 'activity'>;
  readonly cloudTrail: Pick<EventDelivery, 'activity'>;
};

const LOOK_EVERY_MS = 10;
/** Nothing runs between a delivery and the poller that takes it, so a single quiet look could hit just that moment. */
const QUIET_LOOKS = 3;

/**
 * Resolves when nothing is going on any more: no invocation runs or waits for a worker, no batch is on its way, no
 * message is visible in a queue that a function polls, every CloudTrail event that is due has been delivered, and every
 * change of a table has reached the function that reads its stream. Whatever waits for a later time of the stack's
 * clock (a hidden message, a retry, a schedule) does not count: only an advance, or real time, moves it.
 */
export async function waitUntilIdle(activity: Activity): Promise<void> {
  let quietLooks = 0;
  while (quietLooks < QUIET_LOOKS) {
    await sleep(LOOK_EVERY_MS);
    quietLooks = isBusy(activity) ? 0 : quietLooks + 1;
  }
}

function isBusy({ mappings, streamMappings, store, pool, asyncInvocations, cloudTrail }: Activity): boolean {
  if (pool.activity() > 0 || asyncInvocations.activity() > 0 || cloudTrail.activity() > 0) return true;
  if (streamMappings.some((mapping) => mapping.activity() > 0)) return true;
  return mappings.some((mapping) => mapping.activity() > 0 || store.counts(mapping.queueName).visible > 0);
}
