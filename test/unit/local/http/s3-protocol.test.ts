import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
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
const caught = (error: unknown) => error;
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('base64');

describe('an S3 key', () => {
  it.each([
    'plain.txt',
    'a/b/c',
    '/leading',
    'trailing/',
    'a//b',
    'a/../b/./c',
    'with space+plus',
    'percent%2F%25',
    "!*'()&=?#;:@,$[]",
    'ä/漢字/🙂',
    '<xml>&"',
    '__proto__',
  ])('%j reaches the service as it is', async (Key) => {
    await client.send(new GetObjectCommand({ Bucket: 'bucket', Key }));
    expect(fixture.calls).toMatchObject([{ action: 'GetObject', call: { input: { Bucket: 'bucket', Key } } }]);
  });
});

describe('an S3 upload', () => {
  const put = (rest: Partial<PutObjectCommandInput>) =>
    client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'key', ...rest }));
  const bytes = Buffer.alloc(200_000, 'chunk of bytes ');

  it.each<[string, () => string | Uint8Array, string]>([
    ['text', () => 'text ä', 'text ä'],
    ['bytes', () => bytes, bytes.toString()],
    ['nothing', () => new Uint8Array(), ''],
  ])('gives the service %s', async (_what, body, expected) => {
    await put({ Body: body(), ContentType: 'text/plain', Metadata: { author: 'someone' } });
    expect(input()).toMatchObject({ ContentType: 'text/plain', Metadata: { author: 'someone' } });
    expect(Buffer.from(bodyOf(input())).toString()).toBe(expected);
  });

  it('gives the service a stream, whose framing is taken off', async () => {
    const parts = [bytes.subarray(0, 70_000), bytes.subarray(70_000)];
    await put({ Body: Readable.from(parts, { objectMode: false }), ContentLength: bytes.byteLength });
    expect(sha256(bodyOf(input()))).toBe(sha256(bytes));
  });

  it.each<[string, Partial<PutObjectCommandInput>]>([
    ['SHA-256', { ChecksumSHA256: sha256('other') }],
    ['CRC-32', { ChecksumCRC32: 'AAAAAA==' }],
    ['MD5', { ContentMD5: createHash('md5').update('other').digest('base64') }],
  ])('is refused when its %s is of other bytes', async (_what, checksum) => {
    expect(await put({ Body: 'body', ...checksum }).catch(caught)).toMatchObject({ name: 'BadDigest' });
    expect(fixture.calls).toHaveLength(0);
  });

  it.each<[string, Partial<PutObjectCommandInput>]>([
    ['a condition', { IfMatch: '"etag"' }],
    ['an ACL', { ACL: 'public-read' }],
    ['a lock', { ObjectLockMode: 'COMPLIANCE' }],
    ['tags', { Tagging: 'a=b' }],
  ])('is refused instead of dropping %s', async (_what, setting) => {
    expect(await put({ Body: 'body', ...setting }).catch(caught)).toMatchObject({ name: 'NotImplemented' });
    expect(fixture.calls).toHaveLength(0);
  });

  const chunked = {
    method: 'PUT',
    path: '/bucket/key',
    headers: {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '5',
      'content-encoding': 'aws-chunked',
    },
  };
  it.each([
    ['5\r\nhello\r\n0\r\n\r\n', 200],
    ['6\r\nhello!\r\n0\r\n\r\n', 403],
    ['5\r\nhello\r\n0\r\nx-amz-meta-late: x\r\n\r\n', 403],
    ['5\r\nhello\r\n0\r\nx-amz-decoded-content-length: 5\r\n\r\n', 403],
    ['5\r\nhello\r\n0\r\nx-amz-checksum-crc32: NhCmhg==\r\n\r\n', 200],
    ['5\r\nhello\r\n0\r\nx-amz-checksum-crc32: AAAAAA==\r\n\r\n', 400],
    ['hello', 403],
  ])('of the chunks %j is answered with %d', async (body, statusCode) => {
    const { endpoint } = fixture.server;
    const signed = await signRaw({ ...chunked, body }, { endpoint, service: 's3', keys: userKeys });
    expect((await sendRaw(endpoint, signed)).statusCode).toBe(statusCode);
    expect(fixture.calls).toHaveLength(statusCode === 200 ? 1 : 0);
  });
});

describe('an S3 upload in signed chunks', () => {
  const endpoint = () => fixture.server.endpoint;

  /** Signs one chunk and the end, as the AWS CLI does; `secretAccessKey` is what the chunks are signed with. */
  async function upload(secretAccessKey: string, chunk = 'hello') {
    const headers = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': String(chunk.length),
    };
    const request = { method: 'PUT', path: '/bucket/key', headers, body: '' };
    const signed = await signRaw(request, { endpoint: endpoint(), service: 's3', keys: userKeys });
    const longDate = signed.headers['x-amz-date'] ?? '';
    const scope = [longDate.slice(0, 8), 'eu-west-1', 's3', 'aws4_request'];
    const key = scope.reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
    const sign = (previous: string, data: string) =>
      hmac(key, ['AWS4-HMAC-SHA256-PAYLOAD', longDate, scope.join('/'), previous, hash(''), hash(data)].join('\n'));
    const seed = /Signature=(\w+)/.exec(signed.headers['authorization'] ?? '')?.[1] ?? '';
    const first = sign(seed, chunk).toString('hex');
    const last = sign(first, '').toString('hex');
    const body = `5;chunk-signature=${first}\r\nhello\r\n0;chunk-signature=${last}\r\n\r\n`;
    return (await sendRaw(endpoint(), { ...signed, body })).statusCode;
  }

  it('reaches the service when every signature is right', async () => {
    expect(await upload(userKeys.secretAccessKey)).toBe(200);
    expect(Buffer.from(bodyOf(input())).toString()).toBe('hello');
  });

  it.each([
    ['another secret', 'wrong', 'hello'],
    ['other bytes', userKeys.secretAccessKey, 'hullo'],
  ])('is refused when its chunks were signed with %s', async (_what, secretAccessKey, chunk) => {
    expect(await upload(secretAccessKey, chunk)).toBe(403);
    expect(fixture.calls).toHaveLength(0);
  });

  const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest();
  const hash = (data: string) => createHash('sha256').update(data).digest('hex');
});

function bodyOf(given: Readonly<Record<string, unknown>> | undefined): Uint8Array {
  const body = given?.['Body'];
  if (!(body instanceof Uint8Array)) throw new Error('the service was given no bytes');
  return body;
}

describe('an S3 listing', () => {
  it('gives the service every parameter', async () => {
    const asked: ListObjectsV2CommandInput = {
      Bucket: 'bucket',
      Prefix: 'a b+c/',
      Delimiter: '/',
      MaxKeys: 7,
      StartAfter: 'ä',
      ContinuationToken: 't=',
      EncodingType: 'url',
    };
    await client.send(new ListObjectsV2Command(asked));
    expect(fixture.calls).toMatchObject([{ action: 'ListObjectsV2', call: { input: asked } }]);
  });

  const key = 'a b+<&>/"ä"/\u0001';
  it.each([
    [undefined, key],
    ['url', 'a%20b%2B%3C%26%3E/%22%C3%A4%22/%01'],
  ])('gives the client keys with any character (encoding %s)', async (EncodingType, expected) => {
    fixture.answer = () => ({ Contents: [{ Key: key, Size: 3 }], CommonPrefixes: [{ Prefix: key }], EncodingType });
    const answer = await client.send(new ListObjectsV2Command({ Bucket: 'bucket' }));
    expect(answer).toMatchObject({ Contents: [{ Key: expected, Size: 3 }], CommonPrefixes: [{ Prefix: expected }] });
  });

  it('gives the client buckets with dates', async () => {
    const CreationDate = new Date('2026-11-21T01:02:03Z');
    fixture.answer = () => ({ Owner: { ID: 'o' }, Buckets: [{ Name: 'b', CreationDate, BucketRegion: 'eu-west-1' }] });
    const { Buckets, Owner } = await client.send(new ListBucketsCommand({ MaxBuckets: 2, Prefix: 'b' }));
    expect(input()).toEqual({ MaxBuckets: 2, Prefix: 'b' });
    expect([Owner, Buckets]).toEqual([{ ID: 'o' }, [{ Name: 'b', CreationDate, BucketRegion: 'eu-west-1' }]]);
  });
});

describe('an S3 error', () => {
  const failWith = (code: string, statusCode: number, details = {}) => {
    fixture.answer = () => {
      throw new ServiceError(code, statusCode, 'why <&>', details);
    };
  };

  it('is told by class, message and details', async () => {
    failWith('NoSuchKey', 404, { Key: 'k<&>' });
    const error = await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k<&>' })).catch(caught);
    expect(error).toBeInstanceOf(NoSuchKey);
    expect(error).toMatchObject({ message: 'why <&>', Code: 'NoSuchKey', Key: 'k<&>' });
  });

  it('keeps a code that the SDK has no class for', async () => {
    failWith('NoSuchPublicAccessBlockConfiguration', 404);
    const error = await client.send(new GetPublicAccessBlockCommand({ Bucket: 'bucket' })).catch(caught);
    expect(error).toMatchObject({ name: 'NoSuchPublicAccessBlockConfiguration', $metadata: { httpStatusCode: 404 } });
  });

  it.each([
    ['HeadBucket', () => client.send(new HeadBucketCommand({ Bucket: 'bucket' }))],
    ['HeadObject', () => client.send(new HeadObjectCommand({ Bucket: 'bucket', Key: 'k' }))],
  ])('of %s has a status and no body', async (_operation, send) => {
    failWith('NoSuchKey', 404);
    expect(await send().catch(caught)).toMatchObject({ name: 'NotFound', $metadata: { httpStatusCode: 404 } });
  });

  it('names the right region in a header', async () => {
    failWith('PermanentRedirect', 301, { BucketRegion: 'us-west-2', Bucket: 'bucket' });
    const error = await client.send(new HeadBucketCommand({ Bucket: 'bucket' })).catch(caught);
    expect(error).toMatchObject({
      $metadata: { httpStatusCode: 301 },
      $response: { headers: { 'x-amz-bucket-region': 'us-west-2' } },
    });
  });

  it.each([
    ['CreateBucket', () => client.send(new CreateBucketCommand({ Bucket: 'bucket' }))],
    ['DeleteObject', () => client.send(new DeleteObjectCommand({ Bucket: 'bucket', Key: 'k' }))],
    ['ListObjects', () => client.send(new ListObjectsCommand({ Bucket: 'bucket' }))],
    ['GetObject of a version', () => client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'k', VersionId: '1' }))],
  ])('is the answer to %s, which is not implemented', async (_operation, send) => {
    expect(await send().catch(caught)).toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
    expect(fixture.calls).toHaveLength(0);
  });
});
