import { createPublicKey, type KeyObject } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSignedDigest, type SignedDigest, signatureHolds } from '../../lib/audit/archive/digests/signed-digest.ts';
import { linkProblem } from '../../lib/audit/digest.ts';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';

const PREFIX = 'credential-broker-local';
const Bucket = `${PREFIX}-archive-111111111111`;

let stack: LocalStack;
let s3: S3Client;
let dynamo: DynamoDBDocumentClient;
let publicKey: KeyObject;
beforeAll(async () => {
  stack = await startLocalStack();
  const auditor = await stack.profile('auditor');
  s3 = new S3Client({ ...auditor, forcePathStyle: true });
  dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(await stack.profile('operator')));
  const key = await new KMSClient(auditor).send(new GetPublicKeyCommand({ KeyId: `alias/${PREFIX}-digests` }));
  publicKey = createPublicKey({ key: Buffer.from(key.PublicKey ?? []), format: 'der', type: 'spki' });
}, 60_000);
afterAll(() => stack.close());

async function objects(prefix: string): Promise<readonly { readonly key: string; readonly text: string }[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return { key: Key ?? '', text: (await Body?.transformToString()) ?? '' };
    }),
  );
}

type Line = { recordId: string; change: string; findings: { finding: string }[]; record?: Record<string, unknown> };

async function lines(): Promise<readonly Line[]> {
  return (await objects('changes/')).flatMap(({ text }) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line): Line => JSON.parse(line)),
  );
}

async function digests(): Promise<readonly SignedDigest[]> {
  return (await objects('digests/')).map(({ text }) => {
    const reading = readSignedDigest(Buffer.from(text));
    if (!reading.read) throw new Error(reading.problem);
    return reading.signed;
  });
}

async function letTicksCome(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    stack.advance(60);
    await stack.idle();
  }
}

describe('the archive', () => {
  it('holds every change of a job’s run, up to its end, and no ticket', async () => {
    const events = new EventBridgeClient(await stack.profile('scan-scheduler'));
    const Detail = JSON.stringify({ version: 1, tenantId: 'acme', job: 'scan-account' });
    const entry = { EventBusName: PREFIX, Source: 'com.example.scans', DetailType: 'RunJob', Detail };
    await events.send(new PutEventsCommand({ Entries: [entry] }));
    await stack.idle();
    await letTicksCome(20);

    const [issuance] = await stack.issuances();
    const archived = await lines();
    const states = archived
      .filter(({ recordId }) => recordId === issuance?.recordId)
      .map(({ record }) => record?.['state']);
    expect([...new Set(states)]).toEqual(['intended', 'issued', 'claimed', 'completed']);
    expect(archived.filter(({ recordId }) => recordId === issuance?.requestId)).toHaveLength(1);
    const last = archived.findLast(({ recordId }) => recordId === issuance?.recordId);
    expect(last?.record).toEqual(JSON.parse(JSON.stringify(issuance)));
    expect(archived.flatMap(({ findings }) => findings)).toEqual([]);
    for (const { text } of await objects('')) expect(text).not.toMatch(/"ticket"|wrappedKey/);
  });

  it('has a chain of digests that are signed, over just the objects that are there', async () => {
    const before = (await digests()).length;
    await letTicksCome(10);
    const all = await digests();
    expect(all.length).toBeGreaterThan(before);
    all.forEach((signed, index) => {
      expect(signatureHolds(signed, publicKey)).toBe(true);
      expect(linkProblem(signed.digest, all[index - 1]?.digest)).toBeUndefined();
    });
    const told = all.flatMap(({ digest }) => digest.objects.map(({ key }) => key));
    const settled = (await objects('changes/')).map(({ key }) => key);
    expect(told).toEqual(settled.slice(0, told.length));
    expect(told.length).toBeGreaterThan(0);
    expect(all.at(-1)?.digest.records).toBe(0);
  });

  it('says what an administrator did to the ledger past the broker', async () => {
    const [issuance] = await stack.issuances();
    const TableName = `${PREFIX}-ledger`;
    const Key = { recordId: issuance?.recordId };
    await dynamo.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression: 'SET tenantId = :other',
        ExpressionAttributeValues: { ':other': 'globex' },
      }),
    );
    await dynamo.send(new DeleteCommand({ TableName, Key: { recordId: issuance?.requestId } }));
    await stack.idle();
    const found = (await lines()).filter(({ findings }) => findings.length > 0);
    expect(found.map(({ findings }) => findings.map(({ finding }) => finding))).toEqual([
      ['beyondAttributes'],
      ['removed'],
    ]);
  });

  it('lets nobody else replace or add an object', async () => {
    const [{ key: Key } = { key: '' }] = await objects('changes/');
    const denied = { name: 'AccessDenied' };
    await expect(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).rejects.toMatchObject(denied);
    const other = { Bucket, Key: 'changes/x', Body: 'x', IfNoneMatch: '*' };
    await expect(s3.send(new PutObjectCommand(other))).rejects.toMatchObject(denied);
  });
});
