import type { MessageAttributes } from './message-digest.ts';

/** A message at rest in a queue, with the marks that its receives have left. */
export type QueuedMessage = {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  /** The sender's `aws:userid`, or the service that sent it. */
  readonly senderId: string;
  readonly sentAtMs: number;
  readonly deadLetterSource?: string;
  receiveCount: number;
  firstReceivedAtMs?: number;
  visibleAtMs: number;
  /** The handle of the last receive; older ones no longer delete. */
  receiptHandle?: string;
};

/** A message as one receive hands it out; a copy, so that later receives do not change it. */
export type ReceivedMessage = Readonly<Required<Omit<QueuedMessage, 'deadLetterSource'>>> & {
  readonly deadLetterSource?: string;
};

export type QueueCounts = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

/** A hidden message that has been received is in flight; one that never was is delayed. */
export function isInFlight(message: QueuedMessage, nowMs: number): boolean {
  return message.receiptHandle !== undefined && message.visibleAtMs > nowMs;
}

export function countMessages(messages: Iterable<QueuedMessage>, nowMs: number): QueueCounts {
  const counts = { visible: 0, inFlight: 0, delayed: 0 };
  for (const message of messages) {
    if (message.visibleAtMs <= nowMs) counts.visible += 1;
    else if (message.receiptHandle === undefined) counts.delayed += 1;
    else counts.inFlight += 1;
  }
  return counts;
}
