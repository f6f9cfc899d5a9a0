import type { StackClock } from '../clock.ts';
import type { StackIds } from '../ids.ts';
import { ServiceError } from '../service.ts';
import { type MessageAttributes, messageBytes } from './message-digest.ts';
import { liveMessages, nextVisibleAtMs, type Queue, type QueueSettings, wake } from './queue.ts';
import {
  countMessages,
  isInFlight,
  type QueueCounts,
  type QueuedMessage,
  type ReceivedMessage,
} from './queued-message.ts';
import { decodeReceiptHandle, receiptHandleIsInvalid } from './receipt-handle.ts';
import { type ReceiveOptions, receiveMessages } from './receive-messages.ts';

export type SendOptions = {
  readonly attributes?: MessageAttributes;
  readonly delaySeconds?: number;
  readonly senderId?: string;
};

export type MessageAtRest = { readonly queueName: string } & Readonly<
  Pick<QueuedMessage, 'messageId' | 'body' | 'attributes' | 'receiveCount'>
>;

export type QueueStore = {
  createQueue(settings: QueueSettings): void;
  findQueue(name: string): QueueSettings | undefined;
  queueNames(): readonly string[];
  /** Throws `InvalidParameterValue` for a message over the queue's size. */
  send(queueName: string, body: string, options?: SendOptions): { readonly messageId: string };
  /** Hands out at most `max` visible messages, oldest first, and moves those received too often to the DLQ. */
  receive(queueName: string, options: ReceiveOptions): readonly ReceivedMessage[];
  /** A handle of an earlier receive is accepted and deletes nothing, as on a standard queue. */
  delete(queueName: string, receiptHandle: string): void;
  /** Throws `ReceiptHandleIsInvalid` for an old handle, `MessageNotInflight` for a message that is visible again. */
  changeVisibility(queueName: string, receiptHandle: string, visibilityTimeoutSeconds: number): void;
  counts(queueName: string): QueueCounts;
  /** When the next hidden message becomes visible (epoch milliseconds), so that a poller may sleep until then. */
  nextVisibleAtMs(queueName: string): number | undefined;
  purge(queueName: string): void;
  /** Calls back synchronously whenever there may be a message to receive. The function returned ends this. */
  onMessage(queueName: string, listener: () => void): () => void;
  /** Every message at rest, visible or not, for tests and leak scans. */
  snapshot(): readonly MessageAtRest[];
};

type State = { clock: Pick<StackClock, 'nowMs'>; ids: Pick<StackIds, 'uuid'>; queues: Map<string, Queue> };

/** Standard SQS queues in memory: visibility time-outs, receipt handles, redrive, delay and retention. */
export function createQueueStore(deps: {
  clock: Pick<StackClock, 'nowMs' | 'onAdvance'>;
  ids: Pick<StackIds, 'uuid'>;
}): QueueStore {
  const state: State = { ...deps, queues: new Map() };
  deps.clock.onAdvance(() => {
    for (const queue of state.queues.values()) wake(queue);
  });
  return {
    createQueue: (settings) => createQueue(state, settings),
    findQueue: (name) => state.queues.get(name)?.settings,
    queueNames: () => [...state.queues.keys()],
    send: (queueName, body, options = {}) => send(state, queueOf(state, queueName), { ...options, body }),
    receive: (queueName, options) => receiveMessages(state, queueOf(state, queueName), options),
    delete(queueName, receiptHandle) {
      const queue = queueOf(state, queueName);
      const { messageId } = decodeReceiptHandle(queueName, receiptHandle);
      if (queue.messages.get(messageId)?.receiptHandle === receiptHandle) queue.messages.delete(messageId);
    },
    changeVisibility(queueName, receiptHandle, visibilityTimeoutSeconds) {
      changeVisibility(state, queueOf(state, queueName), { receiptHandle, visibilityTimeoutSeconds });
    },
    counts: (queueName) =>
      countMessages(liveMessages(queueOf(state, queueName), deps.clock.nowMs()), deps.clock.nowMs()),
    nextVisibleAtMs: (queueName) => nextVisibleAtMs(queueOf(state, queueName), deps.clock.nowMs()),
    purge: (queueName) => queueOf(state, queueName).messages.clear(),
    onMessage(queueName, listener) {
      const { listeners } = queueOf(state, queueName);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => [...state.queues.values()].flatMap((queue) => messagesAtRest(state, queue)),
  };
}

function createQueue(state: State, settings: QueueSettings): void {
  const { name, redrive } = settings;
  if (state.queues.has(name)) throw new ServiceError('QueueNameExists', 400, `the queue ${name} exists already`);
  if (!/^[\w-]{1,80}$/.test(name)) {
    throw new ServiceError('InvalidParameterValue', 400, `${name}: only standard queues, 1-80 of A-Z a-z 0-9 - _`);
  }
  if (redrive !== undefined && !state.queues.has(redrive.deadLetterQueueName)) {
    throw new ServiceError('InvalidParameterValue', 400, `the dead-letter queue of ${name} does not exist yet`);
  }
  state.queues.set(name, { settings, messages: new Map(), listeners: new Set() });
}

function queueOf(state: State, name: string): Queue {
  const queue = state.queues.get(name);
  if (queue === undefined) {
    throw new ServiceError('QueueDoesNotExist', 400, `The specified queue does not exist: ${name}`);
  }
  return queue;
}

function send(state: State, queue: Queue, options: SendOptions & { body: string }): { messageId: string } {
  const nowMs = state.clock.nowMs();
  const { maximumMessageBytes } = queue.settings;
  const attributes = options.attributes ?? {};
  if (messageBytes(options.body, attributes) > maximumMessageBytes) {
    const reason = `Message must be shorter than ${maximumMessageBytes} bytes.`;
    throw new ServiceError('InvalidParameterValue', 400, `One or more parameters are invalid. Reason: ${reason}`);
  }
  const messageId = state.ids.uuid();
  queue.messages.set(messageId, {
    messageId,
    body: options.body,
    attributes,
    senderId: options.senderId ?? 'unknown',
    sentAtMs: nowMs,
    receiveCount: 0,
    visibleAtMs: nowMs + (options.delaySeconds ?? 0) * 1000,
  });
  wake(queue);
  return { messageId };
}

function changeVisibility(
  state: State,
  queue: Queue,
  change: { receiptHandle: string; visibilityTimeoutSeconds: number },
): void {
  const nowMs = state.clock.nowMs();
  const { messageId } = decodeReceiptHandle(queue.settings.name, change.receiptHandle);
  const message = queue.messages.get(messageId);
  if (message === undefined || message.receiptHandle !== change.receiptHandle) throw receiptHandleIsInvalid();
  if (!isInFlight(message, nowMs)) {
    throw new ServiceError('MessageNotInflight', 400, 'The message referred to is not in flight.');
  }
  message.visibleAtMs = nowMs + change.visibilityTimeoutSeconds * 1000;
  wake(queue);
}

function messagesAtRest(state: State, queue: Queue): MessageAtRest[] {
  return liveMessages(queue, state.clock.nowMs()).map(({ messageId, body, attributes, receiveCount }) => {
    return { queueName: queue.settings.name, messageId, body, attributes, receiveCount };
  });
}
