import type { StackClock } from '../clock.ts';
import type { Authorize } from '../iam/authorize.ts';
import { parseInput } from '../parse-input.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { arnAt, type StackHome } from '../stack-home.ts';
import { runBatch } from './batch.ts';
import { longPoll } from './long-poll.ts';
import { messageAnswer, sentAnswer } from './message-answer.ts';
import type { QueueSettings } from './queue.ts';
import { pickAttributes, queueAttributes } from './queue-attributes.ts';
import type { QueueStore } from './queue-store.ts';
import * as input from './sqs-input.ts';

export type SqsDeps = {
  readonly store: QueueStore;
  readonly authorize: Authorize;
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly home: StackHome;
  /** `http://127.0.0.1:<port>`; a function, because the port is known only once the stack listens. */
  readonly endpoint: () => string;
  /** Ends every waiting receive, so that the stack can stop at once. */
  readonly stopping: AbortSignal;
};

const LARGEST_BATCH_BYTES = 1_048_576;
const WRONG = 'InvalidParameterValue';

/** SQS's actions on standard queues; each must be allowed by the caller's policies and the queue's own. */
export function createSqsService(deps: SqsDeps): Service {
  return serviceOf({
    SendMessage: (call) => sendMessage(deps, call),
    SendMessageBatch: (call) => sendMessageBatch(deps, call),
    ReceiveMessage: (call) => receiveMessage(deps, call),
    DeleteMessage: (call) => deleteMessage(deps, call),
    DeleteMessageBatch: (call) => deleteMessageBatch(deps, call),
    ChangeMessageVisibility: (call) => changeMessageVisibility(deps, call),
    GetQueueAttributes: (call) => getQueueAttributes(deps, call),
    GetQueueUrl: (call) => getQueueUrl(deps, call),
    ListQueues: (call) => listQueues(deps, call),
    PurgeQueue: (call) => purgeQueue(deps, call),
  });
}

function sendMessage(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const asked = parseInput(input.sendInput, call.input, WRONG);
  const queue = openQueue(deps, call, { action: 'sqs:SendMessage', queueName: nameOf(deps, asked.QueueUrl) });
  return sendOne(deps, call, { queue, asked });
}

function sendMessageBatch(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const { QueueUrl, Entries } = parseInput(input.sendBatchInput, call.input, WRONG);
  const queue = openQueue(deps, call, { action: 'sqs:SendMessage', queueName: nameOf(deps, QueueUrl) });
  const bytes = Entries.reduce((sum, entry) => sum + Buffer.byteLength(String(entry['MessageBody'] ?? '')), 0);
  if (bytes > LARGEST_BATCH_BYTES) {
    throw new ServiceError(
      'BatchRequestTooLong',
      400,
      `Batch requests cannot be longer than ${LARGEST_BATCH_BYTES} bytes.`,
    );
  }
  return runBatch(Entries, (entry) => {
    return sendOne(deps, call, { queue, asked: parseInput(input.sendEntryInput, entry, WRONG) });
  });
}

type AskedMessage = Omit<ReturnType<typeof parseInput<typeof input.sendEntryInput>>, 'Id'>;

function sendOne(deps: SqsDeps, call: ServiceCall, message: { queue: QueueSettings; asked: AskedMessage }) {
  const { queue, asked } = message;
  const { MessageBody: body, MessageAttributes: attributes, DelaySeconds: delaySeconds = 0 } = asked;
  const { messageId } = deps.store.send(queue.name, body, { attributes, delaySeconds, senderId: call.caller.userId });
  return sentAnswer(messageId, body, attributes);
}

async function receiveMessage(deps: SqsDeps, call: ServiceCall): Promise<ServiceAnswer> {
  const asked = parseInput(input.receiveInput, call.input, WRONG);
  const queue = openQueue(deps, call, { action: 'sqs:ReceiveMessage', queueName: nameOf(deps, asked.QueueUrl) });
  const messages = await longPoll(deps, {
    queueName: queue.name,
    max: asked.MaxNumberOfMessages,
    visibilityTimeoutSeconds: asked.VisibilityTimeout,
    waitMs: asked.WaitTimeSeconds * 1000,
  });
  const wanted = {
    system: [...asked.AttributeNames, ...asked.MessageSystemAttributeNames],
    message: asked.MessageAttributeNames,
  };
  if (messages.length === 0) return {};
  return { Messages: messages.map((message) => messageAnswer(message, wanted, (name) => queueArn(deps, name))) };
}

function deleteMessage(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const { QueueUrl, ReceiptHandle } = parseInput(input.deleteInput, call.input, WRONG);
  const queue = openQueue(deps, call, { action: 'sqs:DeleteMessage', queueName: nameOf(deps, QueueUrl) });
  deps.store.delete(queue.name, ReceiptHandle);
  return {};
}

function deleteMessageBatch(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const { QueueUrl, Entries } = parseInput(input.deleteBatchInput, call.input, WRONG);
  const queue = openQueue(deps, call, { action: 'sqs:DeleteMessage', queueName: nameOf(deps, QueueUrl) });
  return runBatch(Entries, ({ ReceiptHandle }) => {
    deps.store.delete(queue.name, ReceiptHandle);
    return {};
  });
}

function changeMessageVisibility(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const asked = parseInput(input.changeVisibilityInput, call.input, WRONG);
  const action = 'sqs:ChangeMessageVisibility';
  const queue = openQueue(deps, call, { action, queueName: nameOf(deps, asked.QueueUrl) });
  deps.store.changeVisibility(queue.name, asked.ReceiptHandle, asked.VisibilityTimeout);
  return {};
}

function getQueueAttributes(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const { QueueUrl, AttributeNames } = parseInput(input.queueAttributesInput, call.input, WRONG);
  const queue = openQueue(deps, call, { action: 'sqs:GetQueueAttributes', queueName: nameOf(deps, QueueUrl) });
  const all = queueAttributes(queue, deps.store.counts(queue.name), (name) => queueArn(deps, name));
  return { Attributes: pickAttributes(all, AttributeNames) };
}

function getQueueUrl(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const { QueueName, QueueOwnerAWSAccountId = deps.home.accountId } = parseInput(
    input.queueUrlInput,
    call.input,
    WRONG,
  );
  if (QueueOwnerAWSAccountId !== deps.home.accountId) throw queueDoesNotExist();
  const queue = openQueue(deps, call, { action: 'sqs:GetQueueUrl', queueName: QueueName });
  return { QueueUrl: queueUrl(deps, queue.name) };
}

function listQueues(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const { QueueNamePrefix } = parseInput(input.listQueuesInput, call.input, WRONG);
  const { caller, region, sourceIp } = call;
  const resource = queueArn(deps, '*');
  deps.authorize({
    caller,
    region,
    sourceIp,
    action: 'sqs:ListQueues',
    resource,
    resourceAccountId: deps.home.accountId,
  });
  const names = deps.store.queueNames().filter((name) => name.startsWith(QueueNamePrefix));
  return { QueueUrls: names.map((name) => queueUrl(deps, name)) };
}

function purgeQueue(deps: SqsDeps, call: ServiceCall): ServiceAnswer {
  const { QueueUrl } = parseInput(input.queueInput, call.input, WRONG);
  const queue = openQueue(deps, call, { action: 'sqs:PurgeQueue', queueName: nameOf(deps, QueueUrl) });
  deps.store.purge(queue.name);
  return {};
}

/** Finds a queue for a caller; a caller without permission gets `AccessDenied` whether or not the queue exists. */
function openQueue(deps: SqsDeps, call: ServiceCall, wanted: { action: string; queueName: string }): QueueSettings {
  const queue = deps.store.findQueue(wanted.queueName);
  deps.authorize({
    caller: call.caller,
    region: call.region,
    sourceIp: call.sourceIp,
    action: wanted.action,
    resource: queueArn(deps, wanted.queueName),
    resourceAccountId: deps.home.accountId,
    ...(queue?.policy === undefined ? {} : { resourcePolicy: queue.policy }),
  });
  if (queue === undefined) throw queueDoesNotExist();
  return queue;
}

/** `…/<account>/<name>`: the host is ignored, because clients reach the stack under several. */
function nameOf(deps: SqsDeps, url: string): string {
  const [name = '', accountId] = url.split('/').reverse();
  if (accountId !== deps.home.accountId) throw queueDoesNotExist();
  return name;
}

function queueUrl(deps: SqsDeps, name: string): string {
  return `${deps.endpoint()}/${deps.home.accountId}/${name}`;
}

function queueArn(deps: SqsDeps, name: string): string {
  return arnAt(deps.home, 'sqs', name);
}

function queueDoesNotExist(): ServiceError {
  return new ServiceError('QueueDoesNotExist', 400, 'The specified queue does not exist.');
}
