import { BrokerError } from '../errors.ts';
import type { Ids } from '../platform/ids.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import { errorName } from '../platform/store-error.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import { backOffSeconds } from './back-off.ts';
import type { Message } from './broker-dependencies.ts';
import type { RunJob } from './run-job.ts';

/** A queue message as Lambda hands it over, as far as the batch needs it. */
export type QueueRecord = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp?: string };
};

export type BatchDependencies = {
  readonly runJob: RunJob;
  /** Keeps a message away from the queue for so many seconds. */
  readonly backOff: (record: QueueRecord, seconds: number) => Promise<void>;
  readonly copyToDeadLetters: (record: QueueRecord) => Promise<void>;
  readonly log: TransitionLog;
  readonly ids: Pick<Ids, 'randomBytes'>;
  readonly config: { readonly concurrency: number };
};

export type BatchResult = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

/** How often a message that the broker cannot process is received before it goes to the dead letters. */
const GIVE_UP_AT_RECEIVE = 5;

/**
 * Processes the messages of a batch concurrently. Only a message that may succeed later goes back to the queue, with a
 * back-off of its own; a broken one does not affect the others.
 */
export async function processBatch(
  { records, remainingMs }: { readonly records: readonly QueueRecord[]; readonly remainingMs: () => number },
  batch: BatchDependencies,
): Promise<BatchResult> {
  const outcomes = await runConcurrently(records, batch.config.concurrency, (record) =>
    processRecord(record, remainingMs, batch),
  );
  const failures = records.filter((_, index) => {
    const outcome = outcomes[index];
    return outcome?.status !== 'fulfilled' || outcome.value === 'again';
  });
  return { batchItemFailures: failures.map((record) => ({ itemIdentifier: record.messageId })) };
}

async function processRecord(
  record: QueueRecord,
  remainingMs: () => number,
  batch: BatchDependencies,
): Promise<'settled' | 'again'> {
  const receiveCount = Number(record.attributes.ApproximateReceiveCount);
  const { messageId, body, attributes } = record;
  const sentAtMs = attributes.SentTimestamp === undefined ? undefined : Number(attributes.SentTimestamp);
  const message: Message = { messageId, body, receiveCount, sentAtMs, remainingMs };
  try {
    const outcome = await batch.runJob(message);
    if (outcome === 'again') await delay(record, receiveCount, batch);
    return outcome;
  } catch (error) {
    return afterError(error, { record, receiveCount, batch });
  }
}

type Broken = { readonly record: QueueRecord; readonly receiveCount: number; readonly batch: BatchDependencies };

async function afterError(error: unknown, { record, receiveCount, batch }: Broken): Promise<'settled' | 'again'> {
  const known = error instanceof BrokerError && error.code !== 'internal' ? error : undefined;
  const code = known?.code ?? 'internal';
  const explanation = known === undefined ? errorName(error) : known.message;
  batch.log.transition({ transition: 'message.again', messageId: record.messageId, receiveCount, code, explanation });
  // An unavailable store is waited for. A message that the broker itself cannot process is copied to the dead letters.
  const hopeless = known === undefined || !known.retryable;
  if (hopeless && receiveCount >= GIVE_UP_AT_RECEIVE) {
    await batch.copyToDeadLetters(record);
    batch.log.transition({ transition: 'message.deadLettered', messageId: record.messageId, receiveCount, code });
    return 'settled';
  }
  await delay(record, receiveCount, batch);
  return 'again';
}

/** Should the back-off itself fail, the queue's visibility time-out takes its place. */
async function delay(record: QueueRecord, receiveCount: number, batch: BatchDependencies): Promise<void> {
  const [byte = 0] = batch.ids.randomBytes(1);
  try {
    await batch.backOff(record, backOffSeconds(receiveCount, byte / 255));
  } catch (error) {
    batch.log.transition({
      transition: 'message.backOffFailed',
      messageId: record.messageId,
      explanation: errorName(error),
    });
  }
}
