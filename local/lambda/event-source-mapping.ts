import type { ServiceAnswer } from '../service.ts';
import type { QueueStore } from '../sqs/queue-store.ts';
import type { FunctionWiring, MappingWiring, QueueWiring } from '../template/wiring.ts';
import { failedItemIds } from './batch-response.ts';
import type { FunctionPool } from './function-pool.ts';
import { type BatchMessage, receivedMessages, sqsEvent } from './sqs-event.ts';

export type EventSourceMapping = {
  /** How many batches were received and not yet deleted. */
  activity(): number;
  /** Receives no more messages; those of a running batch come back when their visibility time-out ends. */
  stop(): void;
};

export type EventSourceMappingDeps = {
  readonly mapping: MappingWiring;
  readonly wiring: FunctionWiring;
  readonly queue: Pick<QueueWiring, 'name' | 'url' | 'arn'>;
  readonly region: string;
  readonly pool: Pick<FunctionPool, 'invoke'>;
  readonly store: Pick<QueueStore, 'onMessage' | 'counts'>;
  /** A call to SQS under the function's role, which is all that Lambda uses to poll a queue. */
  readonly callSqs: (action: string, input: Readonly<Record<string, unknown>>) => Promise<ServiceAnswer>;
  /** Throws when the role lacks a permission. Checked once at start, because nothing would ever arrive without it. */
  readonly assertAllowed: (actions: readonly string[], queueArn: string) => void;
  readonly logFailure: (problem: string) => void;
};

/** The permissions of the function's role that Lambda needs to poll a queue. */
const NEEDED_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
const DEFAULT_CONCURRENCY = 5;
/** Nothing announces that a hidden message becomes visible, so the mapping looks at the queue this often. */
const LOOK_EVERY_MS = 200;

/** Polls a queue for a function and deletes the messages that it has processed. Throws when its role may not poll. */
export function startEventSourceMapping(deps: EventSourceMappingDeps): EventSourceMapping {
  deps.assertAllowed(NEEDED_ACTIONS, deps.queue.arn);
  const limit = deps.mapping.maximumConcurrency ?? DEFAULT_CONCURRENCY;
  let running = 0;
  let stopped = false;

  function fill(): void {
    const wanted = Math.ceil(deps.store.counts(deps.queue.name).visible / deps.mapping.batchSize);
    const free = stopped ? 0 : limit - running;
    for (let batch = 0; batch < Math.min(wanted, free); batch += 1) void runOne();
  }
  async function runOne(): Promise<void> {
    running += 1;
    try {
      await runBatch(deps);
    } catch (error) {
      deps.logFailure(String(error));
    } finally {
      running -= 1;
    }
    setImmediate(fill);
  }

  // The poll never runs within the send: SQS answers a sender before anyone polls, and messages sent together come
  // together.
  const stopListening = deps.store.onMessage(deps.queue.name, () => setImmediate(fill));
  const timer = setInterval(fill, LOOK_EVERY_MS);
  timer.unref();
  setImmediate(fill);
  return {
    activity: () => running,
    stop() {
      stopped = true;
      clearInterval(timer);
      stopListening();
    },
  };
}

async function runBatch(deps: EventSourceMappingDeps): Promise<void> {
  const { queue, mapping, wiring } = deps;
  const messages = receivedMessages(
    await deps.callSqs('ReceiveMessage', {
      QueueUrl: queue.url,
      MaxNumberOfMessages: mapping.batchSize,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  if (messages.length === 0) return;
  const event = sqsEvent(messages, { queueArn: queue.arn, region: deps.region });
  const { functionError, payload } = await deps.pool.invoke(wiring.name, event);
  if (functionError !== undefined) return;
  await deleteDone(deps, messages, payload);
}

async function deleteDone(deps: EventSourceMappingDeps, messages: readonly BatchMessage[], payload: string) {
  const reports = deps.mapping.functionResponseTypes.includes('ReportBatchItemFailures');
  const messageIds = messages.map(({ MessageId }) => MessageId);
  const failed = reports ? failedItemIds(payload, messageIds) : new Set<string>();
  const done = messages.filter(({ MessageId }) => !failed.has(MessageId));
  if (done.length === 0) return;
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await deps.callSqs('DeleteMessageBatch', { QueueUrl: deps.queue.url, Entries });
}
