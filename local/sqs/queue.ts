import type { PolicyDocument } from '../iam/policy-document.ts';
import type { QueuedMessage } from './queued-message.ts';

export type QueueSettings = {
  readonly name: string;
  readonly visibilityTimeoutSeconds: number;
  /** The dead-letter queue must already exist, as SQS demands. */
  readonly redrive?: { readonly deadLetterQueueName: string; readonly maxReceiveCount: number };
  readonly policy?: PolicyDocument;
  readonly maximumMessageBytes: number;
  readonly retentionSeconds: number;
};

/** One standard queue: its settings, its messages in order of arrival, and the listeners that wait for messages. */
export type Queue = {
  readonly settings: QueueSettings;
  readonly messages: Map<string, QueuedMessage>;
  readonly listeners: Set<() => void>;
};

export function wake(queue: Queue): void {
  for (const listener of [...queue.listeners]) listener();
}

/** A copy of the list, oldest first; messages past their retention are dropped for good. */
export function liveMessages(queue: Queue, nowMs: number): QueuedMessage[] {
  const expiredBeforeMs = nowMs - queue.settings.retentionSeconds * 1000;
  for (const { messageId, sentAtMs } of queue.messages.values()) {
    if (sentAtMs <= expiredBeforeMs) queue.messages.delete(messageId);
  }
  return [...queue.messages.values()];
}

/** When the next hidden message becomes visible, in epoch milliseconds. */
export function nextVisibleAtMs(queue: Queue, nowMs: number): number | undefined {
  let nextMs: number | undefined;
  for (const { visibleAtMs } of liveMessages(queue, nowMs)) {
    if (visibleAtMs > nowMs && visibleAtMs < (nextMs ?? Number.POSITIVE_INFINITY)) nextMs = visibleAtMs;
  }
  return nextMs;
}
