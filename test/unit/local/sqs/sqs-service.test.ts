import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import { createQueueStore } from '../../../../local/sqs/queue-store.ts';
import { createSqsService } from '../../../../local/sqs/sqs-service.ts';
import { allowing, callerWith, callOf, countingIds, everything, home, stoppedClock } from '../emulated-call.ts';
import { jsonHandler } from '../json-handler.ts';

const QueueUrl = `http://127.0.0.1:4566/${home.accountId}/work`;
const workArn = `arn:aws:sqs:eu-west-1:${home.accountId}:work`;

function setUp(caller: Caller = callerWith([everything])) {
  const clock = stoppedClock();
  const store = createQueueStore({ clock, ids: countingIds() });
  const settings = { visibilityTimeoutSeconds: 30, maximumMessageBytes: 1024, retentionSeconds: 345_600 };
  const policy = allowing({
    Principal: { AWS: 'arn:aws:iam::222222222222:role/worker' },
    Action: 'sqs:SendMessage',
    Resource: workArn,
  });
  store.createQueue({ ...settings, name: 'dead' });
  const redrive = { deadLetterQueueName: 'dead', maxReceiveCount: 1 };
  store.createQueue({ ...settings, name: 'work', policy, redrive });
  const stopper = new AbortController();
  const endpoint = () => 'http://127.0.0.1:4566';
  const authorize = createAuthorize({ clock });
  const service = createSqsService({ store, authorize, clock, home, endpoint, stopping: stopper.signal });
  const client = new SQSClient({
    region: home.region,
    endpoint: endpoint(),
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: jsonHandler(service, caller),
    maxAttempts: 1,
  });
  return { clock, store, service, client, stopper };
}

describe('SQS under the AWS SDK', () => {
  it('sends, receives with all attributes and deletes; the SDK agrees with every MD5', async () => {
    const { client, store } = setUp();
    const MessageAttributes = {
      note: { DataType: 'String', StringValue: 'café' },
      raw: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
    };
    const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'déjà vu', MessageAttributes }));
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['n.*'],
        MaxNumberOfMessages: 10,
      }),
    );
    expect(Messages).toMatchObject([
      {
        Body: 'déjà vu',
        MessageId: sent.MessageId,
        Attributes: { ApproximateReceiveCount: '1', SenderId: 'AROAEXAMPLEEXAMPLE01:session-1' },
        MessageAttributes: { note: { StringValue: 'café' } },
      },
    ]);
    expect(Messages[0]?.MessageAttributes).not.toHaveProperty('raw');
    expect(Messages[0]?.MD5OfMessageAttributes).not.toBe(sent.MD5OfMessageAttributes);
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle }));
    expect(store.snapshot()).toEqual([]);
  });

  it('knows the MD5 of attributes that AWS computes', async () => {
    const { client } = setUp();
    const MessageAttributes = { timestamp: { DataType: 'Number', StringValue: '1493147359900' } };
    const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes }));
    expect(sent.MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
  });

  it('sends a batch entry by entry: the wrong one fails, the others are sent', async () => {
    const { client } = setUp();
    const answer = await client.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'x' },
          { Id: 'long', MessageBody: 'x'.repeat(1025) },
          { Id: 'bell', MessageBody: '\u0007' },
        ],
      }),
    );
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(answer.Failed?.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
      ['long', 'InvalidParameterValue', true],
      ['bell', 'InvalidParameterValue', true],
    ]);
  });

  it('deletes a batch, changes visibility, purges, and tells URL, list and attributes', async () => {
    const { client, store } = setUp();
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
    const ReceiptHandle = Messages[0]?.ReceiptHandle;
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 5 }));
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      QueueArn: workArn,
      ApproximateNumberOfMessagesNotVisible: '1',
      VisibilityTimeout: '30',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: workArn.replace('work', 'dead'), maxReceiveCount: 1 }),
    });
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'a', ReceiptHandle },
          { Id: 'b', ReceiptHandle: 'never given' },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: 'a' }]);
    expect(deleted.Failed).toMatchObject([{ Id: 'b', Code: 'ReceiptHandleIsInvalid' }]);
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(store.snapshot()).toEqual([]);
    expect((await client.send(new GetQueueUrlCommand({ QueueName: 'work' }))).QueueUrl).toBe(QueueUrl);
    const { QueueUrls } = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'w' }));
    expect(QueueUrls).toEqual([QueueUrl]);
  });
});

describe('refusals', () => {
  const send = { QueueUrl, MessageBody: 'x' };
  it.each([
    { title: 'an empty body', action: 'SendMessage', input: { ...send, MessageBody: '' } },
    { title: 'a body that is too long', action: 'SendMessage', input: { ...send, MessageBody: 'x'.repeat(1025) } },
    { title: 'too long a delay', action: 'SendMessage', input: { ...send, DelaySeconds: 901 } },
    { title: 'eleven messages', action: 'ReceiveMessage', input: { QueueUrl, MaxNumberOfMessages: 11 } },
    { title: 'a wait over 20 s', action: 'ReceiveMessage', input: { QueueUrl, WaitTimeSeconds: 21 } },
    { title: 'a call without a queue', action: 'ReceiveMessage', input: {} },
    {
      title: 'an unknown queue',
      action: 'SendMessage',
      input: { ...send, QueueUrl: `${QueueUrl}x` },
      code: 'QueueDoesNotExist',
    },
    {
      title: "another account's queue",
      action: 'SendMessage',
      input: { ...send, QueueUrl: 'http://127.0.0.1/222222222222/work' },
      code: 'QueueDoesNotExist',
    },
    {
      title: 'an empty batch',
      action: 'SendMessageBatch',
      input: { QueueUrl, Entries: [] },
      code: 'EmptyBatchRequest',
    },
    {
      title: 'an id twice in a batch',
      action: 'SendMessageBatch',
      input: {
        QueueUrl,
        Entries: [
          { Id: 'a', MessageBody: 'x' },
          { Id: 'a', MessageBody: 'x' },
        ],
      },
      code: 'BatchEntryIdsNotDistinct',
    },
    { title: 'an unknown action', action: 'CreateQueue', input: {}, code: 'UnknownOperationException' },
    {
      title: 'an unknown attribute',
      action: 'GetQueueAttributes',
      input: { QueueUrl, AttributeNames: ['Colour'] },
      code: 'InvalidAttributeName',
    },
  ])('refuses $title', async ({ action, input, code = 'InvalidParameterValue' }) => {
    const { service, store } = setUp();
    const failure = expect.objectContaining({ code });
    await expect(service(action, callOf(callerWith([everything]), input))).rejects.toEqual(failure);
    expect(store.snapshot()).toEqual([]);
  });
});

describe('authorisation', () => {
  const only = (action: string) => callerWith([allowing({ Action: action, Resource: workArn })]);
  it.each([
    { title: 'a caller that may', caller: only('sqs:SendMessage'), allowed: true },
    { title: 'a caller that may something else', caller: only('sqs:ReceiveMessage'), allowed: false },
    { title: 'a caller without policies', caller: callerWith([]), allowed: false },
    {
      title: 'the other account that both sides allow',
      caller: callerWith([everything], '222222222222'),
      allowed: true,
    },
    { title: 'the other account without a policy of its own', caller: callerWith([], '222222222222'), allowed: false },
    { title: 'an account the queue does not name', caller: callerWith([everything], '333333333333'), allowed: false },
  ])('sends for $title: $allowed', async ({ caller, allowed }) => {
    const { service, store } = setUp();
    for (const input of [
      { QueueUrl, MessageBody: 'x' },
      { QueueUrl, Entries: [{ Id: 'a', MessageBody: 'x' }] },
    ]) {
      const sent = service('Entries' in input ? 'SendMessageBatch' : 'SendMessage', callOf(caller, input));
      if (allowed) await expect(sent).resolves.toBeDefined();
      else await expect(sent).rejects.toEqual(expect.objectContaining({ code: 'AccessDenied', statusCode: 403 }));
    }
    expect(store.snapshot()).toHaveLength(allowed ? 2 : 0);
  });

  it('does not tell a caller without rights which queues exist', async () => {
    const { service } = setUp();
    const call = callOf(callerWith([]), { QueueUrl: `${QueueUrl}-unknown`, MessageBody: 'x' });
    await expect(service('SendMessage', call)).rejects.toEqual(expect.objectContaining({ code: 'AccessDenied' }));
  });
});

describe('a waiting receive', () => {
  const wait = callOf(callerWith([everything]), { QueueUrl, WaitTimeSeconds: 20 });

  it('is woken by a send', async () => {
    const { service, store } = setUp();
    const waiting = service('ReceiveMessage', wait);
    store.send('work', 'body');
    expect(await waiting).toMatchObject({ Messages: [{ Body: 'body' }] });
  });

  it('is woken when the clock passes a delay', async () => {
    const { service, store, clock } = setUp();
    store.send('work', 'body', { delaySeconds: 60 });
    const waiting = service('ReceiveMessage', wait);
    clock.advance(60_000);
    expect(await waiting).toMatchObject({ Messages: [{ Body: 'body' }] });
  });

  it('ends empty when the stack stops', async () => {
    const { service, stopper } = setUp();
    const waiting = service('ReceiveMessage', wait);
    stopper.abort();
    expect(await waiting).toEqual({});
  });

  it('ends empty after its time', async () => {
    const { service } = setUp();
    expect(await service('ReceiveMessage', callOf(wait.caller, { QueueUrl, WaitTimeSeconds: 1 }))).toEqual({});
  });

  it('hands a message to one of two that wait', async () => {
    const { service, store, stopper } = setUp();
    const waiting = [service('ReceiveMessage', wait), service('ReceiveMessage', wait)];
    store.send('work', 'body');
    expect(await Promise.race(waiting)).toMatchObject({ Messages: [{ Body: 'body' }] });
    stopper.abort();
    expect((await Promise.all(waiting)).filter((answer) => 'Messages' in answer)).toHaveLength(1);
  });
});
