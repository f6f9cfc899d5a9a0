import * as v from 'valibot';

const attributeSchema = v.object({
  DataType: v.string(),
  StringValue: v.exactOptional(v.string()),
  BinaryValue: v.exactOptional(v.instance(Uint8Array)),
});

const messageSchema = v.object({
  MessageId: v.string(),
  ReceiptHandle: v.string(),
  Body: v.string(),
  MD5OfBody: v.string(),
  MD5OfMessageAttributes: v.exactOptional(v.string()),
  Attributes: v.optional(v.record(v.string(), v.string()), {}),
  MessageAttributes: v.optional(v.record(v.string(), attributeSchema), {}),
});

/** A message in the answer of `ReceiveMessage`. */
export type BatchMessage = v.InferOutput<typeof messageSchema>;

/** Reads the answer of `ReceiveMessage`; an empty one has no `Messages`. */
export function receivedMessages(answer: unknown): readonly BatchMessage[] {
  return v.parse(v.object({ Messages: v.optional(v.array(messageSchema), []) }), answer).Messages;
}

/** The event that Lambda's SQS poller gives to a function, as JSON text. */
export function sqsEvent(messages: readonly BatchMessage[], source: { queueArn: string; region: string }): string {
  return JSON.stringify({ Records: messages.map((message) => recordOf(message, source)) });
}

function recordOf(message: BatchMessage, source: { queueArn: string; region: string }) {
  const { MD5OfMessageAttributes: md5OfMessageAttributes } = message;
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, attribute]) => [name, attributeOf(attribute)]),
    ),
    ...(md5OfMessageAttributes !== undefined && { md5OfMessageAttributes }),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: source.queueArn,
    awsRegion: source.region,
  };
}

function attributeOf({ DataType, StringValue, BinaryValue }: v.InferOutput<typeof attributeSchema>) {
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}
