import type { Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import { type EventSourceMapping, startEventSourceMapping } from '../lambda/event-source-mapping.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import { type Service, ServiceError } from '../service.ts';
import type { QueueStore } from '../sqs/queue-store.ts';
import type { StackHome } from '../stack-home.ts';
import type { MappingWiring, Wiring } from '../template/wiring.ts';
import { type FunctionIdentities, roleCaller } from './function-identities.ts';

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

/** Starts the template's enabled mappings; one whose role may not poll its queue stops the whole start. */
export function startMappings(deps: MappingsDeps): readonly StartedMapping[] {
  return deps.wiring.mappings.filter(({ enabled }) => enabled).map((mapping) => startMapping(deps, mapping));
}

function startMapping(deps: MappingsDeps, mapping: MappingWiring): StartedMapping {
  const queue = deps.wiring.queues.find(({ name }) => name === mapping.queueName);
  const wiring = deps.pool.findFunction(mapping.functionName);
  if (queue === undefined) throw new Error(`mapping ${mapping.logicalId}: no queue ${mapping.queueName}`);
  if (wiring === undefined) throw new Error(`mapping ${mapping.logicalId}: no function ${mapping.functionName}`);
  const lambda = roleCaller({ ...deps, caller: deps.identities.callerOf(wiring) });
  const started = startEventSourceMapping({
    mapping,
    wiring,
    queue,
    region: deps.home.region,
    pool: deps.pool,
    store: deps.store,
    callSqs: (action, input) => lambda.call(deps.sqs, action, input),
    assertAllowed(actions, queueArn) {
      try {
        lambda.assertAllowed(deps.authorize, actions, queueArn);
      } catch (cause) {
        if (!(cause instanceof ServiceError)) throw cause;
        throw new Error(`mapping ${mapping.logicalId} cannot poll ${queue.name}: ${cause.message}`, { cause });
      }
    },
    logFailure: (problem) => deps.log(`mapping ${mapping.logicalId}: ${problem}`),
  });
  return { ...started, queueName: queue.name };
}
