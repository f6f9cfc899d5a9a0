import type { StackClock } from '../clock.ts';
import type { QueueStore } from './queue-store.ts';
import type { ReceivedMessage } from './queued-message.ts';
import type { ReceiveOptions } from './receive-messages.ts';

export type LongPoll = ReceiveOptions & {
  readonly queueName: string;
  /** In real time, whatever the stack's clock does: a client's socket also waits in real time. */
  readonly waitMs: number;
};

/**
 * Receives at once or waits for the first message: a send, an advance of the clock and the end of a visibility time-out
 * or delay end the wait. Returns an empty list when the wait or the stack ends.
 */
export async function longPoll(
  deps: { store: QueueStore; clock: Pick<StackClock, 'nowMs'>; stopping: AbortSignal },
  poll: LongPoll,
): Promise<readonly ReceivedMessage[]> {
  const end = AbortSignal.any([deps.stopping, AbortSignal.timeout(poll.waitMs)]);
  for (;;) {
    const messages = deps.store.receive(poll.queueName, poll);
    if (messages.length > 0 || poll.waitMs === 0 || end.aborted) return messages;
    await nextChance(deps, { queueName: poll.queueName, end });
  }
}

/** Resolves once when there may be a message to receive; leaves no listener and no timer behind. */
function nextChance(
  deps: { store: QueueStore; clock: Pick<StackClock, 'nowMs'> },
  wait: { queueName: string; end: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const visibleAtMs = deps.store.nextVisibleAtMs(wait.queueName);
    const timer =
      visibleAtMs === undefined ? undefined : setTimeout(finish, Math.max(1, visibleAtMs - deps.clock.nowMs()));
    const stopListening = deps.store.onMessage(wait.queueName, finish);
    wait.end.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      stopListening();
      wait.end.removeEventListener('abort', finish);
      resolve();
    }
  });
}
