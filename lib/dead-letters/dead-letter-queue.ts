import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { storeError } from '../platform/store-error.ts';
import type { DeadLetterQueueName, QueueCount } from './dead-letter-api.ts';

/** A letter that we have received: SQS hands it to nobody else until its visibility time-out ends. */
export type DeadLetter = {
  readonly queue: DeadLetterQueueName;
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly received: number;
  readonly sentAtMs: number;
  readonly firstReceivedAtMs: number;
  /** Set by EventBridge: why the event could not be delivered, and how often EventBridge tried. */
  readonly errorCode?: string;
  readonly tries?: number;
};

/** The queues of messages that were given up. Receiving a letter does not remove it. Errors are `store.*`. */
export type DeadLetterQueues = {
  count(queue: DeadLetterQueueName): Promise<QueueCount>;
  /**
   * Receives at most ten letters, the limit of SQS. An empty list means that every remaining letter is held by
   * somebody.
   */
  receive(queue: DeadLetterQueueName, options: { readonly holdSeconds: number }): Promise<readonly DeadLetter[]>;
  /** Makes the letter visible to everybody again. If that fails, the letter becomes visible when its time-out ends. */
  release(letter: DeadLetter): Promise<void>;
  delete(letter: DeadLetter): Promise<void>;
};

export type DeadLetterQueueUrls = {
  readonly requestDeadLetterQueueUrl: string;
  readonly ruleDeadLetterQueueUrl: string;
  readonly jobFailuresQueueUrl: string;
};

const BATCH = 10;
const RELEASED_AT_ONCE = 20;

export function makeDeadLetterQueues(dependencies: {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly config: DeadLetterQueueUrls;
}): DeadLetterQueues {
  const { sqs, config } = dependencies;
  const urls: Readonly<Record<DeadLetterQueueName, string>> = {
    requests: config.requestDeadLetterQueueUrl,
    rule: config.ruleDeadLetterQueueUrl,
    'job-failures': config.jobFailuresQueueUrl,
  };
  return {
    async count(queue) {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const asked = new GetQueueAttributesCommand({ QueueUrl: urls[queue], AttributeNames: [...AttributeNames] });
      const { Attributes = {} } = await sqs.send(asked).catch(unreadable);
      const [visible = 0, inHand = 0] = AttributeNames.map((name) => Number(Attributes[name] ?? 0));
      return { queue, letters: visible + inHand, inHand };
    },
    async receive(queue, { holdSeconds }) {
      const asked = new ReceiveMessageCommand({
        QueueUrl: urls[queue],
        MaxNumberOfMessages: BATCH,
        VisibilityTimeout: holdSeconds,
        // Long polling asks every server of the queue, so that an empty answer means that there is no letter.
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount', 'ApproximateFirstReceiveTimestamp'],
        MessageAttributeNames: ['ERROR_CODE', 'RETRY_ATTEMPTS'],
      });
      const { Messages = [] } = await sqs.send(asked).catch(unreadable);
      return Messages.flatMap((message) => letterOf(queue, message));
    },
    async release({ queue, receiptHandle }) {
      const back = { QueueUrl: urls[queue], ReceiptHandle: receiptHandle, VisibilityTimeout: 0 };
      // After a failure either a later receiver holds the letter or the letter is visible already: it is never lost.
      await sqs.send(new ChangeMessageVisibilityCommand(back)).catch(() => undefined);
    },
    async delete({ queue, receiptHandle }) {
      const gone = { QueueUrl: urls[queue], ReceiptHandle: receiptHandle };
      await sqs.send(new DeleteMessageCommand(gone)).catch((error: unknown) => {
        throw storeError(error, 'a dead letter could not be taken away');
      });
    },
  };
}

/** Makes letters visible again, a few at a time. */
export async function releaseAll(letters: readonly DeadLetter[], queues: DeadLetterQueues): Promise<void> {
  for (let from = 0; from < letters.length; from += RELEASED_AT_ONCE) {
    await Promise.all(letters.slice(from, from + RELEASED_AT_ONCE).map((letter) => queues.release(letter)));
  }
}

function unreadable(error: unknown): never {
  throw storeError(error, 'the dead letters could not be read');
}

function letterOf(queue: DeadLetterQueueName, message: Message): readonly DeadLetter[] {
  const { MessageId, ReceiptHandle, Body, Attributes = {}, MessageAttributes = {} } = message;
  if (MessageId === undefined || ReceiptHandle === undefined) return [];
  const errorCode = MessageAttributes['ERROR_CODE']?.StringValue;
  const tries = Number(MessageAttributes['RETRY_ATTEMPTS']?.StringValue ?? Number.NaN);
  return [
    {
      queue,
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      body: Body ?? '',
      received: Number(Attributes.ApproximateReceiveCount ?? 0),
      sentAtMs: Number(Attributes.SentTimestamp ?? 0),
      firstReceivedAtMs: Number(Attributes.ApproximateFirstReceiveTimestamp ?? 0),
      ...(errorCode !== undefined && /^[A-Za-z0-9_.]{1,80}$/.test(errorCode) ? { errorCode } : {}),
      ...(Number.isSafeInteger(tries) ? { tries } : {}),
    },
  ];
}
