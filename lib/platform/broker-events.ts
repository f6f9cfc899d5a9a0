import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { BrokerError } from '../errors.ts';
import { errorName } from './store-error.ts';

/** What stands as `source` in the events that the broker tells of itself. The bus denies it to everybody else. */
export const BROKER_EVENT_SOURCE = 'credential-broker';

export type BrokerEvent = {
  readonly detailType: string;
  /** Identifiers, codes and numbers only: whoever may read the bus reads this. */
  readonly detail: Readonly<Record<string, unknown>>;
};

/** Puts an event on the broker's bus. Throws `store.unavailable` when EventBridge did not take it. */
export type TellOnBus = (event: BrokerEvent) => Promise<void>;

export function makeTellOnBus({
  events,
  config,
}: {
  readonly events: EventBridgeClient;
  readonly config: { readonly busName: string };
}): TellOnBus {
  return async ({ detailType, detail }) => {
    const entry = {
      EventBusName: config.busName,
      Source: BROKER_EVENT_SOURCE,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
    };
    // An entry that was not taken is no exception of the client's.
    const refused = await events
      .send(new PutEventsCommand({ Entries: [entry] }))
      .then(
        ({ FailedEntryCount, Entries }) =>
          FailedEntryCount === 0 ? undefined : (Entries?.[0]?.ErrorCode ?? 'no answer'),
        errorName,
      );
    if (refused !== undefined) throw new BrokerError('store.unavailable', `the bus did not take an event: ${refused}`);
  };
}
