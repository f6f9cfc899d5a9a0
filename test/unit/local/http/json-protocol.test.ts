import { createHash } from 'node:crypto';
import { ConditionalCheckFailedException, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DecryptCommand, DescribeKeyCommand, KMSClient, NotFoundException } from '@aws-sdk/client-kms';
import { QueueDoesNotExist, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../local/service.ts';
import { sendRaw, signRaw } from './signed-fetch.ts';
import { type Fixture, startFixture, userKeys } from './stack-fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.server.close());
beforeEach(() => {
  fixture.calls.length = 0;
  fixture.answer = () => ({});
});

const failWith = (code: string, statusCode = 400) => {
  fixture.answer = () => {
    throw new ServiceError(code, statusCode, 'because');
  };
};
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const caught = (error: unknown) => error;
const input = () => fixture.calls[0]?.call.input;

describe('DynamoDB', () => {
  const put = () =>
    new DynamoDBClient(fixture.clientSettings()).send(
      new PutItemCommand({ TableName: 't', Item: { id: { S: 'ä "1"' }, bytes: { B: new Uint8Array([1, 2]) } } }),
    );

  it('passes the wire form of attribute values to the store', async () => {
    await put();
    expect(input()).toEqual({ TableName: 't', Item: { id: { S: 'ä "1"' }, bytes: { B: 'AQI=' } } });
  });

  it('tells its errors by their class', async () => {
    failWith('ConditionalCheckFailedException');
    expect(await put().catch(caught)).toBeInstanceOf(ConditionalCheckFailedException);
  });

  it('takes bodies of 16 MB, and refuses larger ones in its own shape', async () => {
    const client = new DynamoDBClient(fixture.clientSettings());
    const putBytes = (length: number) =>
      client.send(new PutItemCommand({ TableName: 't', Item: { id: { S: 'x'.repeat(length) } } }));
    await putBytes(16_000_000);
    expect(fixture.calls).toHaveLength(1);
    expect(await putBytes(18_000_000).catch(caught)).toMatchObject({
      name: 'RequestEntityTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
  });
});

describe('SQS', () => {
  const client = () => new SQSClient(fixture.clientSettings());
  const send = () =>
    client().send(
      new SendMessageCommand({
        QueueUrl: 'q',
        MessageBody: 'body',
        DelaySeconds: 3,
        MessageAttributes: { BinaryValue: { DataType: 'Binary', BinaryValue: new Uint8Array([255]) } },
      }),
    );

  it('gives the service numbers as numbers and bytes as bytes', async () => {
    await send().catch(caught);
    expect(input()).toMatchObject({
      DelaySeconds: 3,
      MessageAttributes: { BinaryValue: { DataType: 'Binary', BinaryValue: new Uint8Array([255]) } },
    });
  });

  it('gives the client the messages of the service', async () => {
    const MessageAttributes = { a: { DataType: 'Binary', BinaryValue: new Uint8Array([1]) } };
    const message = { MessageId: 'm', Body: '<&"ä', MD5OfBody: md5('<&"ä'), MessageAttributes };
    fixture.answer = () => ({ Messages: [message] });
    const { Messages } = await client().send(new ReceiveMessageCommand({ QueueUrl: 'q' }));
    expect(Messages).toMatchObject([message]);
  });

  it('tells an error by its class and by the code of its former protocol', async () => {
    failWith('QueueDoesNotExist');
    const error = await send().catch(caught);
    expect(error).toBeInstanceOf(QueueDoesNotExist);
    expect(error).toMatchObject({
      message: 'because',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
      Type: 'Sender',
    });
  });
});

describe('EventBridge', () => {
  const put = () =>
    new EventBridgeClient(fixture.clientSettings()).send(
      new PutEventsCommand({ Entries: [{ Source: 's', Detail: '{"Time":1}', Time: new Date(1_700_000_000_000) }] }),
    );

  it('gives the service times as dates', async () => {
    fixture.answer = () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
    expect(await put()).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] });
    expect(input()).toEqual({
      Entries: [{ Source: 's', Detail: '{"Time":1}', Time: new Date(1_700_000_000_000) }],
    });
  });

  it('puts Exception behind the denial that the authoriser names without it', async () => {
    failWith('AccessDenied', 403);
    expect(await put().catch(caught)).toMatchObject({
      name: 'AccessDeniedException',
      message: 'because',
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('KMS', () => {
  const client = () => new KMSClient(fixture.clientSettings());

  it('turns base64 into bytes and leaves the encryption context alone', async () => {
    const EncryptionContext = { Plaintext: 'AQI=', __proto__x: 'y' };
    fixture.answer = () => ({ Plaintext: Buffer.from([7, 8]), KeyId: 'k' });
    const answer = await client().send(
      new DecryptCommand({ CiphertextBlob: new Uint8Array([1, 2]), EncryptionContext }),
    );
    expect(input()).toEqual({ CiphertextBlob: new Uint8Array([1, 2]), EncryptionContext });
    expect(answer.Plaintext).toEqual(new Uint8Array([7, 8]));
  });

  it('gives the client dates as dates', async () => {
    const CreationDate = new Date(1_700_000_000_500);
    fixture.answer = () => ({ KeyMetadata: { KeyId: 'k', CreationDate } });
    const { KeyMetadata } = await client().send(new DescribeKeyCommand({ KeyId: 'k' }));
    expect(KeyMetadata?.CreationDate).toEqual(CreationDate);
  });

  it('tells its errors by their class', async () => {
    failWith('NotFoundException');
    expect(
      await client()
        .send(new DescribeKeyCommand({ KeyId: 'k' }))
        .catch(caught),
    ).toBeInstanceOf(NotFoundException);
  });

  it.each([
    ['TrentService.Decrypt', '[]', 'SerializationException'],
    ['TrentService.Decrypt', '{', 'SerializationException'],
    ['TrentService.Decrypt', '"text"', 'SerializationException'],
    ['TrentService.Decrypt', '{"CiphertextBlob":"***"}', 'SerializationException'],
    ['TrentService.Decrypt', '{"CiphertextBlob":{"a":1}}', 'SerializationException'],
    ['AmazonSQS.Decrypt', '{}', 'UnknownOperationException'],
    ['TrentService', '{}', 'UnknownOperationException'],
    ['TrentService.', '{}', 'UnknownOperationException'],
    ['TrentService.Decrypt.More', '{}', 'UnknownOperationException'],
  ])('refuses the target %s with %s as %s', async (target, body, code) => {
    const { endpoint } = fixture.server;
    const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' };
    const request = { method: 'POST', path: '/', headers, body };
    const answer = await sendRaw(endpoint, await signRaw(request, { endpoint, service: 'kms', keys: userKeys }));
    expect([answer.statusCode, JSON.parse(answer.body)]).toMatchObject([400, { __type: code }]);
    expect(fixture.calls).toHaveLength(0);
  });
});
