import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { BrokerError } from '../../../errors.ts';
import { BROKER_EVENT_SOURCE, type BrokerEvent } from '../../../platform/broker-events.ts';
import { errorName } from '../../../platform/store-error.ts';

/** The most entries that PutEvents accepts in one call. Source: EventBridge API Reference, PutEvents. */
const ENTRIES_A_CALL = 10;

/** Puts all events on the bus, or throws `store.unavailable`: some of them may then be on the bus. */
export type TellFacts = (events: readonly BrokerEvent[]) => Promise<void>;

export function makeTellFacts({
  events: bus,
  config,
}: {
  readonly events: Pick<EventBridgeClient, 'send'>;
  readonly config: { readonly busName: string };
}): TellFacts {
  const entryOf = ({ detailType, detail }: BrokerEvent) => ({
    EventBusName: config.busName,
    Source: BROKER_EVENT_SOURCE,
    DetailType: detailType,
    Detail: JSON.stringify(detail),
  });
  return async (events) => {
    for (let begin = 0; begin < events.length; begin += ENTRIES_A_CALL) {
      const Entries = events.slice(begin, begin + ENTRIES_A_CALL).map(entryOf);
      const answer = await bus.send(new PutEventsCommand({ Entries })).catch((error: unknown) => {
        throw new BrokerError('store.unavailable', `the bus could not be told: ${errorName(error)}`);
      });
      // The client does not throw for an entry that the bus did not take.
      if (answer.FailedEntryCount !== 0) {
        const untaken = answer.FailedEntryCount ?? 'an unknown number of';
        throw new BrokerError('store.unavailable', `the bus did not take ${untaken} facts`);
      }
    }
  };
}
