import { BrokerError } from '../../errors.ts';
import { makeTellOnBus } from '../../platform/broker-events.ts';
import { documentClient, eventBridgeClient, sqsClient } from '../../platform/clients.ts';
import { systemClock } from '../../platform/clock.ts';
import { makeCallCloudTrail } from '../../platform/cloudtrail-call.ts';
import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import type { CorrelationEnvironment } from '../../platform/environment.ts';
import { errorName } from '../../platform/store-error.ts';
import { makeTransitionLog } from '../../platform/transition-log.ts';
import { makeAnnouncements } from './announcements.ts';
import { makeReadTrails } from './cloudtrail-trails.ts';
import { makeCorrelationStateStore } from './correlation-state.ts';
import { makeAnnouncingRecords } from './dynamo-announcing-records.ts';
import { makeObservationLedger } from './dynamo-observation-ledger.ts';
import { makeObservationsQueue } from './observations-queue.ts';
import { ownRoles } from './own-roles.ts';
import { runTick, type TickDependencies, type TickResult } from './run-tick.ts';
import { type BatchAnswer, type InputDependencies, readInput, takeBatch, takeRecord } from './take-input.ts';

export type Correlate = (
  event: unknown,
  invocation: { readonly remainingMs: () => number },
) => Promise<BatchAnswer | TickResult | undefined>;

/**
 * The correlation on AWS: it uses the ledger's observations, the limits table, the bus, its own queue, and CloudTrail's
 * settings.
 */
export function correlationOnAws(environment: CorrelationEnvironment, deployment: DeploymentConfig): Correlate {
  const { partition } = deployment;
  const clock = systemClock;
  const dynamo = documentClient();
  const events = eventBridgeClient();
  const names = environment.ownRoleNames.split(',');
  const { brokerAccountId, functionNamePrefix } = environment;
  const roles = ownRoles({ partition, brokerAccountId, functionNamePrefix, names });
  const records = makeAnnouncingRecords({ dynamo, config: environment });
  const correlation = {
    ledger: makeObservationLedger({ dynamo, config: environment }),
    announcements: makeAnnouncements({ records, roles, clock }),
    states: makeCorrelationStateStore({ dynamo, config: environment }),
    queue: makeObservationsQueue({ sqs: sqsClient(), config: environment }),
    readTrails: async () => {
      // The endpoint and the credentials are those that the SDK itself would use for its requests.
      const endpoint = await events.config.serviceConfiguredEndpoint?.();
      const call = makeCallCloudTrail({
        credentials: () => events.config.credentials(),
        fetch: globalThis.fetch,
        clock,
        config: deployment,
        ...(endpoint === undefined ? {} : { endpoint }),
      });
      return makeReadTrails(call)();
    },
    tell: makeTellOnBus({ events, config: environment }),
    log: makeTransitionLog(deployment),
    records,
    roles,
    clock,
  };
  return (event, invocation) => correlate(event, invocation, correlation);
}

/** Handles whatever the function is invoked with: a CloudTrail record, events that waited in the queue, or the tick. */
export async function correlate(
  event: unknown,
  invocation: { readonly remainingMs: () => number },
  correlation: InputDependencies & TickDependencies,
): ReturnType<Correlate> {
  const input = readInput(event);
  switch (input.kind) {
    case 'tick':
      return runTick(invocation, correlation);
    case 'batch':
      return takeBatch(input.messages, correlation);
    case 'record':
      await takeRecord(input.record, correlation).catch(withoutContents);
      return undefined;
    default:
      correlation.log.transition({ transition: 'cloudtrail.malformed', explanation: 'it is no event of CloudTrail' });
      return undefined;
  }
}

/** Lambda logs what is thrown, so an error that nobody foresaw is thrown on with its name alone. */
function withoutContents(error: unknown): never {
  if (error instanceof BrokerError) throw error;
  throw new BrokerError('internal', `a record could not be taken: ${errorName(error)}`);
}
