import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as v from 'valibot';
import { storeError } from '../../platform/store-error.ts';
import type { AssumeRoleEvent } from '../cloudtrail-event.ts';

/**
 * The queue where an event waits that could not be recorded: stripped, so that no session token ever rests there.
 * Errors are `store.*`.
 */
export type ObservationsQueue = { send(event: AssumeRoleEvent): Promise<void> };

export function makeObservationsQueue({
  sqs,
  config,
}: {
  readonly sqs: SQSClient;
  readonly config: { readonly observationsQueueUrl: string };
}): ObservationsQueue {
  return {
    async send(event) {
      // The closed schema is applied once more: only what it names is sent.
      const MessageBody = JSON.stringify(v.parse(strippedEventSchema, event));
      try {
        await sqs.send(new SendMessageCommand({ QueueUrl: config.observationsQueueUrl, MessageBody }));
      } catch (error) {
        throw storeError(error, 'the queue of observations could not be written');
      }
    },
  };
}

const text = v.string();
const strippedEventSchema = v.strictObject({
  eventId: text,
  stsRequestId: text,
  atMs: v.number(),
  region: text,
  recipientAccountId: text,
  callerAccountId: text,
  callerRoleArn: v.exactOptional(text),
  sourceIpAddress: v.exactOptional(text),
  userAgent: v.exactOptional(text),
  call: v.variant('outcome', [
    v.strictObject({
      outcome: v.literal('allowed'),
      roleArn: text,
      sessionName: text,
      accessKeyId: text,
      assumedRoleId: text,
    }),
    v.strictObject({ outcome: v.literal('denied'), errorCode: text, roleArn: v.exactOptional(text) }),
  ]),
});

/** Undefined when the body is no event of ours. */
export function readQueued(body: string): AssumeRoleEvent | undefined {
  try {
    return v.parse(strippedEventSchema, JSON.parse(body));
  } catch {
    return undefined;
  }
}
