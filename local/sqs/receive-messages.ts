import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import { liveMessages, type Queue, wake } from './queue.ts';
import type { QueuedMessage, ReceivedMessage } from './queued-message.ts';
import { encodeReceiptHandle } from './receipt-handle.ts';

export type ReceiveOptions = { readonly max: number; readonly visibilityTimeoutSeconds?: number | undefined };

type ReceivingState = {
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: Pick<StackIds, 'uuid'>;
  readonly queues: ReadonlyMap<string, Queue>;
};

/**
 * Hands out at most `max` visible messages, oldest first, each under a new receipt handle, and hides them. A message
 * whose receive would exceed the queue's `maxReceiveCount` goes to the dead-letter queue instead, with its id, age and
 * count: SQS moves it at the receive, not when its visibility time-out ends.
 */
export function receiveMessages(state: ReceivingState, queue: Queue, options: ReceiveOptions): ReceivedMessage[] {
  const nowMs = state.clock.nowMs();
  const hiddenMs = (options.visibilityTimeoutSeconds ?? queue.settings.visibilityTimeoutSeconds) * 1000;
  const received: ReceivedMessage[] = [];
  for (const message of liveMessages(queue, nowMs)) {
    if (received.length === options.max) break;
    if (message.visibleAtMs > nowMs || moveToDeadLetters(state, queue, message)) continue;
    const { messageId } = message;
    message.receiptHandle = encodeReceiptHandle({
      queueName: queue.settings.name,
      messageId,
      receiveId: state.ids.uuid(),
    });
    message.firstReceivedAtMs ??= nowMs;
    message.receiveCount += 1;
    message.visibleAtMs = nowMs + hiddenMs;
    const { receiptHandle, firstReceivedAtMs } = message;
    received.push({ ...message, receiptHandle, firstReceivedAtMs });
  }
  return received;
}

function moveToDeadLetters(state: ReceivingState, queue: Queue, message: QueuedMessage): boolean {
  const { redrive, name } = queue.settings;
  if (redrive === undefined || message.receiveCount < redrive.maxReceiveCount) return false;
  const deadLetters = state.queues.get(redrive.deadLetterQueueName);
  if (deadLetters === undefined) return false;
  const { receiptHandle: _spent, ...kept } = message;
  queue.messages.delete(message.messageId);
  deadLetters.messages.set(message.messageId, { ...kept, deadLetterSource: name });
  wake(deadLetters);
  return true;
}
