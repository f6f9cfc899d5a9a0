import { ServiceError } from '../service.ts';

/** The contents of a receipt handle: one receive of one message of one queue. */
export type ReceiptHandle = { readonly queueName: string; readonly messageId: string; readonly receiveId: string };

const SEPARATOR = '/';

/** Opaque to clients, as in SQS; readable here, so that an old handle differs from one that never existed. */
export function encodeReceiptHandle(handle: ReceiptHandle): string {
  const plain = [handle.queueName, handle.messageId, handle.receiveId].join(SEPARATOR);
  return Buffer.from(plain, 'utf8').toString('base64');
}

/** Reads a handle given to `queueName`; one that is malformed or of another queue is `ReceiptHandleIsInvalid`. */
export function decodeReceiptHandle(queueName: string, encoded: string): ReceiptHandle {
  const [ofQueue, messageId, receiveId, ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(SEPARATOR);
  const isWhole = messageId !== undefined && receiveId !== undefined && rest.length === 0;
  if (ofQueue !== queueName || !isWhole) throw receiptHandleIsInvalid();
  return { queueName, messageId, receiveId };
}

export function receiptHandleIsInvalid(): ServiceError {
  return new ServiceError('ReceiptHandleIsInvalid', 404, 'The input receipt handle is invalid.');
}
