import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { BrokerError } from '../errors.ts';
import { errorName } from './store-error.ts';

/** The `source` of the events that the broker itself sends. The bus denies this source to everybody else. */
export const BROKER_EVENT_SOURCE = 'credential-broker';

export type BrokerEvent = {
  readonly detailType: string;
  /** Identifiers, codes and numbers only, because everybody who may read the bus can read them. */
  readonly detail: Readonly<Record<string, unknown>>;
};

/** Puts an event on the broker's bus. Throws `store.unavailable` when EventBridge did not accept the event. */
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
    // The client does not throw for an entry that EventBridge did not accept.
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
