import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServiceError } from '../../../../local/service.ts';
import { sendRaw, signRaw } from './signed-fetch.ts';
import { type Fixture, startFixture, userKeys } from './stack-fixture.ts';

let fixture: Fixture;
let client: S3Client;
beforeAll(async () => {
  fixture = await startFixture();
  client = new S3Client(fixture.clientSettings());
});
afterAll(() => fixture.server.close());
beforeEach(() => {
  fixture.calls.length = 0;
  fixture.answer = () => ({});
});

const input = () => fixture.calls[0]?.call.input;
const object = { Bucket: 'bucket', Key: 'key' };

describe('a conditional upload', () => {
  it('brings its condition, and back that it did not hold', async () => {
    fixture.answer = () => {
      throw new ServiceError('PreconditionFailed', 412, 'it is there', { Condition: 'If-None-Match' });
    };
    const refused = client.send(new PutObjectCommand({ ...object, Body: 'body', IfNoneMatch: '*' }));
    await expect(refused).rejects.toMatchObject({ name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } });
    expect(input()).toMatchObject({ IfNoneMatch: '*', HasChecksum: true });
  });

  it('says when it came without a checksum of its body', async () => {
    const { endpoint } = fixture.server;
    const request = { method: 'PUT', path: '/bucket/key', headers: {}, body: 'body' };
    const signed = await signRaw(request, { endpoint, service: 's3', keys: userKeys });
    expect((await sendRaw(endpoint, signed)).statusCode).toBe(200);
    expect(input()).toMatchObject({ HasChecksum: false });
    expect(input()).not.toHaveProperty('IfNoneMatch');
  });

  it('is the only request that may have the condition', async () => {
    const got = client.send(new GetObjectCommand({ ...object, IfNoneMatch: '*' }));
    await expect(got).rejects.toMatchObject({ name: 'NotImplemented' });
    expect(fixture.calls).toEqual([]);
  });
});

describe('the expected owner of a bucket', () => {
  it.each([
    ['an upload', new PutObjectCommand({ ...object, Body: 'body', ExpectedBucketOwner: '111111111111' })],
    ['a download', new GetObjectCommand({ ...object, ExpectedBucketOwner: '111111111111' })],
  ])('is brought with %s', async (_title, command) => {
    await client.send(command);
    expect(input()).toMatchObject({ Bucket: 'bucket', Key: 'key', ExpectedBucketOwner: '111111111111' });
  });
});

describe('a locked object', () => {
  it('says until when it is kept', async () => {
    const ObjectLockRetainUntilDate = new Date('2027-11-21T10:00:00Z');
    fixture.answer = () => ({ Body: Buffer.from('x'), ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate });
    const got = await client.send(new GetObjectCommand(object));
    expect(got).toMatchObject({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate });
  });
});
