import type { Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import { type EventSourceMapping, startEventSourceMapping } from '../lambda/event-source-mapping.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import type { Service } from '../service.ts';
import type { QueueStore } from '../sqs/queue-store.ts';
import type { StackHome } from '../stack-home.ts';
import type { MappingWiring, Wiring } from '../template/wiring.ts';
import type { FunctionIdentities } from './function-identities.ts';
import { mappedFunction } from './mapped-function.ts';

/** A running mapping and the queue that it polls. */
export type StartedMapping = EventSourceMapping & Pick<MappingWiring, 'queueName'>;

export type MappingsDeps = {
  readonly wiring: Wiring;
  readonly identities: FunctionIdentities;
  readonly home: StackHome;
  readonly sqs: Service;
  readonly store: QueueStore;
  readonly pool: FunctionPool;
  readonly authorize: Authorize;
  readonly ids: StackIds;
  readonly log: (message: string) => void;
};

/** Starts the template's enabled mappings; a mapping whose role may not poll its queue stops the whole start. */
export function startMappings(deps: MappingsDeps): readonly StartedMapping[] {
  return deps.wiring.mappings.filter(({ enabled }) => enabled).map((mapping) => startMapping(deps, mapping));
}

function startMapping(deps: MappingsDeps, mapping: MappingWiring): StartedMapping {
  const queue = deps.wiring.queues.find(({ name }) => name === mapping.queueName);
  if (queue === undefined) throw new Error(`mapping ${mapping.logicalId}: no queue ${mapping.queueName}`);
  const { wiring, lambda, assertAllowed, logFailure } = mappedFunction(deps, mapping, queue.name);
  const started = startEventSourceMapping({
    mapping,
    wiring,
    queue,
    region: deps.home.region,
    pool: deps.pool,
    store: deps.store,
    callSqs: (action, input) => lambda.call(deps.sqs, action, input),
    assertAllowed,
    logFailure,
  });
  return { ...started, queueName: queue.name };
}
