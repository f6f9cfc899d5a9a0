import { createEventBusService } from '../eventbridge/event-bus-service.ts';
import { systemIds } from '../ids.ts';
import type { FunctionPool } from '../lambda/function-pool.ts';
import { createLambdaService } from '../lambda/lambda-service.ts';
import type { Wiring } from '../template/wiring.ts';
import type { Stores } from './build-stores.ts';
import type { Cleanups } from './cleanups.ts';
import { createFunctionIdentities } from './function-identities.ts';
import type { StackBase } from './prepare.ts';
import { packagedPaths } from './read-packaged.ts';
import type { StackOptions } from './stack-options.ts';
import { type StartedCloudTrail, startCloudTrail } from './start-cloudtrail.ts';
import { createEvents } from './start-events.ts';
import { startFunctions } from './start-functions.ts';
import { startMappings } from './start-mappings.ts';
import { startStreamMappings } from './start-stream-mappings.ts';
import type { Activity } from './wait-until-idle.ts';

export type RunningFunctions = Activity & { readonly pool: FunctionPool; readonly cloudTrail: StartedCloudTrail };

/** Puts the functions to work: first invocations, events and schedules, and last the queues and streams. */
export function runFunctions(
  deps: StackBase & {
    readonly options: StackOptions;
    readonly cleanups: Cleanups;
    readonly wiring: Wiring;
    readonly stores: Stores;
    readonly endpoint: string;
  },
): RunningFunctions {
  const { cleanups, wiring, home, authorize, stores } = deps;
  const ids = systemIds;
  const store = stores.queues;
  const { sqs } = stores.services;
  const identities = createFunctionIdentities({ ...wiring, store: deps.identities, home });
  const { pool, asyncInvocations } = startFunctions({
    ...deps,
    ids,
    sqs,
    identities,
    functionsDirectory: packagedPaths(deps.options.packageDir).functionsDirectory,
    functionLog: deps.functionLines.tell,
  });
  cleanups.add(() => pool.close());
  cleanups.add(() => asyncInvocations.close());
  const { bus, scheduler } = createEvents({ ...deps, ids, store, asyncInvocations });
  const cloudTrail = startCloudTrail({ ...deps, ids, bus });
  cleanups.add(() => cloudTrail.close());
  const busPolicy = (busName: string) => wiring.buses.find(({ name }) => name === busName)?.policy;
  deps.deferred.provide({
    ...stores.services,
    events: createEventBusService({ ...deps, ids, bus, busPolicy }),
    lambda: createLambdaService({ pool, asyncInvocations, authorize, home }),
    cloudtrail: cloudTrail.service,
  });
  const mappings = startMappings({ ...deps, ids, sqs, store, pool, identities });
  const { streams } = stores.dynamoDb;
  const streamMappings = startStreamMappings({ ...deps, ids, sqs, streams, pool, identities });
  cleanups.add(() => {
    for (const mapping of [...mappings, ...streamMappings]) mapping.stop();
  });
  scheduler.start();
  cleanups.add(() => scheduler.stop());
  return { pool, asyncInvocations, mappings, streamMappings, store, cloudTrail };
}
