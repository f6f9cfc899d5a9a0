import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { FrozenClock } from '../frozen-clock.ts';
import { type Faults, namedError, type Temper } from './faults.ts';

/** The visibility time-out of the request queue. */
const VISIBILITY_MS = 180_000;

export const QUEUE_URL = 'https://sqs.eu-west-1.amazonaws.com/111111111111/requests';
export const DEAD_LETTERS_URL = 'https://sqs.eu-west-1.amazonaws.com/111111111111/requests-dlq';

export type QueuedMessage = { readonly id: string; readonly body: string; receiveCount: number; visibleAtMs: number };

export type FakeQueue = {
  readonly client: SQSClient;
  readonly messages: readonly QueuedMessage[];
  readonly deadLetters: readonly string[];
  /** Everything that was ever on it. */
  readonly everSent: readonly string[];
  add(body: string): QueuedMessage;
  receive(limit: number): readonly QueuedMessage[];
  /** As with an old receipt handle, a message that was received again since is not deleted. */
  acknowledge(message: QueuedMessage, receiveCount: number): void;
};

const temper: Temper = {
  broken: () => namedError('TimeoutError'),
  throttled: () => namedError('ThrottlingException'),
};

export function fakeQueue(faults: Faults, clock: FrozenClock): FakeQueue {
  let messages: QueuedMessage[] = [];
  let count = 0;
  const deadLetters: string[] = [];
  const everSent: string[] = [];

  function add(body: string): QueuedMessage {
    count += 1;
    const message = { id: `message-${count}`, body, receiveCount: 0, visibleAtMs: clock.nowMs() };
    messages.push(message);
    everSent.push(body);
    return message;
  }

  async function send(command: unknown): Promise<object> {
    if (command instanceof SendMessageCommand) {
      const body = command.input.MessageBody ?? '';
      if (command.input.QueueUrl === DEAD_LETTERS_URL) deadLetters.push(body);
      else add(body);
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const message = messages.find(({ id }) => id === command.input.ReceiptHandle);
      if (message) message.visibleAtMs = clock.nowMs() + (command.input.VisibilityTimeout ?? 0) * 1000;
    }
    return {};
  }

  return {
    get messages() {
      return messages;
    },
    deadLetters,
    everSent,
    add,
    client: Object.assign(new SQSClient({ region: 'eu-west-1' }), {
      send: (command: unknown) => faults.through({ site: siteOf(command) }, temper, () => send(command)),
    }),
    receive(limit) {
      const visible = messages.filter(({ visibleAtMs }) => visibleAtMs <= clock.nowMs()).slice(0, limit);
      for (const message of visible) {
        message.receiveCount += 1;
        message.visibleAtMs = clock.nowMs() + VISIBILITY_MS;
      }
      return visible;
    },
    acknowledge(message, receiveCount) {
      if (message.receiveCount === receiveCount) messages = messages.filter((other) => other !== message);
    },
  };
}

function siteOf(command: unknown): string {
  if (command instanceof ChangeMessageVisibilityCommand) return 'sqs.backOff';
  const toDeadLetters = command instanceof SendMessageCommand && command.input.QueueUrl === DEAD_LETTERS_URL;
  return toDeadLetters ? 'sqs.deadLetter' : 'sqs.send';
}
