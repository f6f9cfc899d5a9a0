import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { storeError } from './store-error.ts';

/** The operations of the brokering functions on the request queue. Errors are `store.*`. */
export type RequestQueue = {
  send(body: string): Promise<void>;
  backOff(message: { readonly receiptHandle: string }, seconds: number): Promise<void>;
  copyToDeadLetters(message: { readonly body: string }): Promise<void>;
};

export type RequestQueueDependencies = {
  readonly sqs: SQSClient;
  readonly config: { readonly requestQueueUrl: string; readonly requestDeadLetterQueueUrl?: string };
};

export function makeRequestQueue({ sqs, config }: RequestQueueDependencies): RequestQueue {
  async function sendTo(queueUrl: string, body: string): Promise<void> {
    try {
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    } catch (error) {
      throw storeError(error, 'the queue could not be written');
    }
  }
  return {
    send: (body) => sendTo(config.requestQueueUrl, body),
    copyToDeadLetters: ({ body }) => sendTo(config.requestDeadLetterQueueUrl ?? config.requestQueueUrl, body),
    async backOff({ receiptHandle }, seconds) {
      try {
        await sqs.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: config.requestQueueUrl,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }),
        );
      } catch (error) {
        throw storeError(error, 'the message could not be kept back');
      }
    },
  };
}
