import * as v from 'valibot';
import { exactRecord } from '../exact-record.ts';

/** The shapes of SQS's inputs, as far as standard queues have them, with the limits that SQS documents. */

const seconds = (maximum: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maximum));
const queue = { QueueUrl: v.string() };
const receiptHandle = { ReceiptHandle: v.string() };
const visibility = { VisibilityTimeout: seconds(43_200) };

const messageAttribute = v.object({
  DataType: v.pipe(v.string(), v.regex(/^(?:String|Number|Binary)(?:\..+)?$/u)),
  StringValue: v.optional(v.string()),
  BinaryValue: v.optional(v.instance(Uint8Array)),
});

/** The characters that SQS accepts in a body; it refuses all that XML 1.0 cannot carry. */
const UNICODE_OF_A_BODY = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;

const message = {
  MessageBody: v.pipe(v.string(), v.regex(UNICODE_OF_A_BODY, 'empty, or with characters outside the allowed set')),
  DelaySeconds: v.optional(seconds(900)),
  MessageAttributes: v.optional(exactRecord(messageAttribute), {}),
};

const batchOf = <Entry extends v.ObjectEntries>(entry: Entry) =>
  v.object({ ...queue, Entries: v.array(v.object({ Id: v.string(), ...entry })) });

export const queueInput = v.object(queue);
export const sendInput = v.object({ ...queue, ...message });
/** The frame of a batch alone: a wrong entry fails by itself, and not the call. */
export const sendBatchInput = v.object({ ...queue, Entries: v.array(v.looseObject({ Id: v.string() })) });
export const sendEntryInput = v.object({ Id: v.string(), ...message });
export const receiveInput = v.object({
  ...queue,
  MaxNumberOfMessages: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)), 1),
  VisibilityTimeout: v.optional(visibility.VisibilityTimeout),
  WaitTimeSeconds: v.optional(seconds(20), 0),
  AttributeNames: v.optional(v.array(v.string()), []),
  MessageSystemAttributeNames: v.optional(v.array(v.string()), []),
  MessageAttributeNames: v.optional(v.array(v.string()), []),
});
export const deleteInput = v.object({ ...queue, ...receiptHandle });
export const deleteBatchInput = batchOf(receiptHandle);
export const changeVisibilityInput = v.object({ ...queue, ...receiptHandle, ...visibility });
export const queueAttributesInput = v.object({ ...queue, AttributeNames: v.optional(v.array(v.string()), []) });
export const queueUrlInput = v.object({ QueueName: v.string(), QueueOwnerAWSAccountId: v.optional(v.string()) });
export const listQueuesInput = v.object({ QueueNamePrefix: v.optional(v.string(), '') });
