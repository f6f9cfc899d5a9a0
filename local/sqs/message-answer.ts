import type { ServiceAnswer } from '../service.ts';
import { type MessageAttributes, md5OfAttributes, md5OfBody } from './message-digest.ts';
import type { ReceivedMessage } from './queued-message.ts';

/** The attributes that a receive asked for: those that SQS keeps, and those that the sender gave. */
export type WantedAttributes = { readonly system: readonly string[]; readonly message: readonly string[] };

/** A received message in the API's shape; as in SQS, the digest of attributes covers the returned ones only. */
export function messageAnswer(
  message: ReceivedMessage,
  wanted: WantedAttributes,
  arnOfQueue: (queueName: string) => string,
): ServiceAnswer {
  const attributes = pick(message.attributes, (name) => wanted.message.some((pattern) => isNamed(pattern, name)));
  const system = pick(systemAttributes(message, arnOfQueue), (name) => {
    return wanted.system.includes('All') || wanted.system.includes(name);
  });
  const digest = md5OfAttributes(attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5OfBody(message.body),
    Body: message.body,
    ...(Object.keys(system).length === 0 ? {} : { Attributes: system }),
    ...(digest === undefined ? {} : { MessageAttributes: attributes, MD5OfMessageAttributes: digest }),
  };
}

function systemAttributes(message: ReceivedMessage, arnOfQueue: (queueName: string) => string): Record<string, string> {
  const { deadLetterSource } = message;
  return {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    ...(deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: arnOfQueue(deadLetterSource) }),
  };
}

/** `All`, `.*`, `prefix.*` or the name itself. */
function isNamed(pattern: string, name: string): boolean {
  if (pattern === 'All' || pattern === '.*') return true;
  return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : pattern === name;
}

function pick<Value>(record: Readonly<Record<string, Value>>, isWanted: (name: string) => boolean) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => isWanted(name)));
}

/** The answer to a send, for the SDK to check. */
export function sentAnswer(messageId: string, body: string, attributes: MessageAttributes) {
  const digest = md5OfAttributes(attributes);
  return {
    MessageId: messageId,
    MD5OfMessageBody: md5OfBody(body),
    ...(digest === undefined ? {} : { MD5OfMessageAttributes: digest }),
  };
}
