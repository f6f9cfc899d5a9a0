import type { DeadLetterQueueName } from '../../lib/dead-letters/dead-letter-api.ts';
import { type DeadLetterOperations, makeDeadLetterOperations } from '../../lib/dead-letters/dead-letter-operations.ts';
import type { DeadLetter, DeadLetterQueues } from '../../lib/dead-letters/dead-letter-queue.ts';
import type { JudgeDependencies } from '../../lib/dead-letters/judge-letter.ts';
import type { OnRecord } from '../../lib/dead-letters/letter-ledger.ts';
import { BrokerError } from '../../lib/errors.ts';
import type { ProgressState } from '../../lib/on-demand/on-demand-answer.ts';
import { createQueueStore, type QueueStore } from '../../local/sqs/queue-store.ts';
import { BROKER_ACCOUNT } from './a-tenant.ts';
import { countingIds } from './counting-ids.ts';
import { type FrozenClock, frozenClock } from './frozen-clock.ts';

export type LetterRecords = {
  readonly requests?: Readonly<Record<string, OnRecord>>;
  readonly issuances?: Readonly<Record<string, { readonly state: ProgressState; readonly trailHead: string }>>;
};

export const MAXIMUM_AGE_MS = 86_400_000;

/** What a letter is judged by, over records that stand still. */
export function judgingBy({ requests = {}, issuances = {} }: LetterRecords = {}, clock = frozenClock()) {
  return {
    clock,
    ledger: {
      readRequest: async (id: string) => requests[id],
      readIssuance: async (id: string) => issuances[id],
    },
    config: { brokerAccountId: BROKER_ACCOUNT, maximumAgeMs: MAXIMUM_AGE_MS },
  } satisfies JudgeDependencies;
}

export type LetterWorld = {
  readonly operations: DeadLetterOperations;
  readonly clock: FrozenClock;
  readonly store: QueueStore;
  /** The bodies that were sent to the request queue. */
  readonly sent: readonly string[];
  /** Breaks the next call of this kind once. */
  breakNext(call: 'send' | 'delete'): void;
  put(queue: DeadLetterQueueName, body: string): string;
  /** Everything in the three queues, seen or not. */
  bodies(): readonly string[];
};

/** The operations over the queues of the embedded stack; a pause takes its time by the clock. */
export function letterWorld(records: LetterRecords = {}): LetterWorld {
  const clock = frozenClock();
  const store = createQueueStore({ clock: { ...clock, onAdvance: () => () => undefined }, ids: countingIds() });
  for (const name of ['requests', 'rule', 'job-failures']) {
    const settings = { name, visibilityTimeoutSeconds: 30, maximumMessageBytes: 262_144, retentionSeconds: 1_209_600 };
    store.createQueue(settings);
  }
  const sent: string[] = [];
  const breaking = new Set<string>();
  const mayBreak = (call: string) => {
    if (breaking.delete(call)) throw new BrokerError('store.unavailable', `${call} broke`);
  };
  const operations = makeDeadLetterOperations({
    ...judgingBy(records, clock),
    queues: queuesOver(store, () => mayBreak('delete')),
    async sendToQueue(body) {
      mayBreak('send');
      sent.push(body);
    },
    pause: async (milliseconds) => clock.advance(milliseconds),
  });
  return {
    operations,
    clock,
    store,
    sent,
    breakNext: (call) => void breaking.add(call),
    put: (queue, body) => store.send(queue, body).messageId,
    bodies: () => store.snapshot().map(({ body }) => body),
  };
}

function queuesOver(store: QueueStore, mayBreak: () => void): DeadLetterQueues {
  return {
    async count(queue) {
      const { visible, inFlight } = store.counts(queue);
      return { queue, letters: visible + inFlight, inHand: inFlight };
    },
    async receive(queue, { holdSeconds }) {
      const received = store.receive(queue, { max: 10, visibilityTimeoutSeconds: holdSeconds });
      return received.map(
        ({ messageId, receiptHandle, body, receiveCount, sentAtMs, firstReceivedAtMs }): DeadLetter => {
          return { queue, messageId, receiptHandle, body, received: receiveCount, sentAtMs, firstReceivedAtMs };
        },
      );
    },
    release: async ({ queue, receiptHandle }) => store.changeVisibility(queue, receiptHandle, 0),
    async delete({ queue, receiptHandle }) {
      mayBreak();
      store.delete(queue, receiptHandle);
    },
  };
}
