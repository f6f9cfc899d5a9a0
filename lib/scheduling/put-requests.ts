import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { BrokerError } from '../errors.ts';
import type { Ids } from '../platform/ids.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import { errorName } from '../platform/store-error.ts';
import type { RequestDetail } from '../requests/request.ts';

/** What PutEvents takes at once. Source: EventBridge API Reference, PutEvents. */
export const ENTRIES_A_CALL = 10;
/** Batches at once: 400 calls a second is what the smallest region gives to all of an account. */
const AT_ONCE = 5;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Below this no pause begins: what is not on the bus by then is put there by whoever goes on. */
const LEAST_LEFT_MS = 8_000;

export type ScheduledRequest = { readonly source: string; readonly detail: RequestDetail };

/**
 * Puts all requests on the bus, or throws `store.unavailable`. Some of them may be on the bus then, and putting all of
 * them once more does no harm, because the id of each is derived from what it asks for.
 */
export type PutRequests = (
  requests: readonly ScheduledRequest[],
  options: { readonly remainingMs: () => number },
) => Promise<void>;

export type PutRequestsDependencies = {
  readonly events: Pick<EventBridgeClient, 'send'>;
  readonly ids: Pick<Ids, 'randomBytes'>;
  readonly sleep: (durationMs: number) => Promise<void>;
  readonly config: { readonly busName: string };
};

export function makePutRequests({ events, ids, sleep, config }: PutRequestsDependencies): PutRequests {
  const entryOf = ({ source, detail }: ScheduledRequest): PutEventsRequestEntry => ({
    EventBusName: config.busName,
    Source: source,
    DetailType: 'RunJob',
    Detail: JSON.stringify(detail),
  });

  /**
   * The requests that the bus did not take. After a lost answer that is all of them, although the bus may have some.
   */
  async function put(entries: readonly PutEventsRequestEntry[]): Promise<Untaken> {
    try {
      const { FailedEntryCount = 0, Entries = [] } = await events.send(new PutEventsCommand({ Entries: [...entries] }));
      if (FailedEntryCount === 0 && Entries.length === entries.length) return { entries: [], code: '' };
      const untaken = entries.filter((_, index) => Entries[index]?.EventId === undefined);
      return { entries: untaken, code: Entries.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode ?? 'Error' };
    } catch (error) {
      return { entries, code: errorName(error) };
    }
  }

  async function putBatch(batch: readonly PutEventsRequestEntry[], remainingMs: () => number): Promise<void> {
    let untaken = await put(batch);
    for (let attempt = 1; untaken.entries.length > 0; attempt += 1) {
      if (attempt >= ATTEMPTS || remainingMs() < LEAST_LEFT_MS) {
        const { entries, code } = untaken;
        throw new BrokerError('store.unavailable', `the bus did not take ${entries.length} requests: ${code}`);
      }
      await sleep(pauseMs(attempt, ids));
      untaken = await put(untaken.entries);
    }
  }

  return async (requests, { remainingMs }) => {
    const batches = Array.from({ length: Math.ceil(requests.length / ENTRIES_A_CALL) }, (_, index) =>
      requests.slice(index * ENTRIES_A_CALL, (index + 1) * ENTRIES_A_CALL).map(entryOf),
    );
    const outcomes = await runConcurrently(batches, AT_ONCE, (batch) => putBatch(batch, remainingMs));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
}

type Untaken = { readonly entries: readonly PutEventsRequestEntry[]; readonly code: string };

/** Anything up to twice as long as before, so that those who were sent away together do not come back together. */
function pauseMs(attempt: number, ids: Pick<Ids, 'randomBytes'>): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  const [high = 0, low = 0] = ids.randomBytes(2);
  return Math.ceil((longest * (high * 256 + low)) / 65_535);
}
