import { beforeEach, describe, expect, it } from 'vitest';
import { createS3Fixture } from './s3-fixture.ts';

let fixture: ReturnType<typeof createS3Fixture>;
beforeEach(() => {
  fixture = createS3Fixture();
  fixture.buckets.putObject(fixture.reports, {
    key: 'a/b',
    bytes: Buffer.from('0123456789'),
    contentType: 'text/plain',
  });
});

const object = { Bucket: 'acme-reports', Key: 'a/b' };
const text = (body: unknown) => (body instanceof Uint8Array ? Buffer.from(body).toString() : 'no bytes');

describe('GetObject', () => {
  it('answers the bytes and what is known of them', async () => {
    const { Body, ...head } = await fixture.call('GetObject', object);
    expect(text(Body)).toBe('0123456789');
    expect(head).toEqual({
      AcceptRanges: 'bytes',
      ContentLength: 10,
      ContentType: 'text/plain',
      ETag: '"781e5e245d69b566979b86e28d23f2c7"',
      LastModified: new Date('2026-11-21T01:02:03Z'),
      Metadata: {},
      ServerSideEncryption: 'AES256',
    });
    expect(await fixture.call('HeadObject', object)).toEqual(head);
  });

  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-100', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
    ['bytes=4-2', '0123456789', undefined],
    ['bytes=-', '0123456789', undefined],
    ['bytes=0-1,3-4', '0123456789', undefined],
    ['lines=1-2', '0123456789', undefined],
  ])('answers the range %s with %s', async (Range, expected, ContentRange) => {
    const answer = await fixture.call('GetObject', { ...object, Range });
    expect(text(answer['Body'])).toBe(expected);
    expect(answer['ContentRange']).toBe(ContentRange);
    expect(answer['ContentLength']).toBe(expected.length);
  });

  it.each(['bytes=10-', 'bytes=10-12', 'bytes=-0'])('refuses the range %s', async (Range) => {
    const got = fixture.call('GetObject', { ...object, Range });
    await expect(got).rejects.toMatchObject({ code: 'InvalidRange', statusCode: 416 });
  });

  it('tells who may list the bucket that a key is not there, and others nothing', async () => {
    const missing = { ...object, Key: 'missing' };
    await expect(fixture.call('GetObject', missing)).rejects.toMatchObject({ code: 'NoSuchKey', statusCode: 404 });
    const policy = { Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] } as const;
    await expect(fixture.call('GetObject', missing, { policy })).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

describe('PutObject', () => {
  it('replaces the object and keeps its own copy of the bytes', async () => {
    const Body = Buffer.from('new');
    const Metadata = { author: 'someone' };
    const put = await fixture.call('PutObject', { ...object, Body, Metadata });
    Body.fill(0);
    const got = await fixture.call('GetObject', object);
    expect(text(got['Body'])).toBe('new');
    expect(got).toMatchObject({ ETag: put['ETag'], Metadata, ContentType: 'application/octet-stream' });
  });

  it.each([
    ['', 'an empty one'],
    ['ä'.repeat(513), 'one of 1,026 bytes'],
  ])('refuses the key %#: %s', async (Key) => {
    const put = fixture.call('PutObject', { ...object, Key, Body: Buffer.from('x') });
    await expect(put).rejects.toMatchObject({ code: 'InvalidArgument' });
  });
});

describe('ListObjectsV2', () => {
  const keys = ['Z', 'a', 'a/', 'a/1', 'a/2/x', 'a/2/y', 'b', '\u{1f642}', '\uffee'];
  beforeEach(() => {
    fixture.reports.objects.clear();
    for (const key of keys) fixture.buckets.putObject(fixture.reports, { key, bytes: Buffer.from(key) });
  });
  const list = (input: Readonly<Record<string, unknown>>) =>
    fixture.call('ListObjectsV2', { Bucket: 'acme-reports', ...input });
  const namesOf = (entries: unknown, member: string) =>
    Array.isArray(entries) ? entries.map((entry: Record<string, unknown>) => entry[member]) : [];

  it.each<[Readonly<Record<string, unknown>>, string[], string[]]>([
    // The order is that of the bytes of UTF-8: U+FFEE is before U+1F642.
    [{}, ['Z', 'a', 'a/', 'a/1', 'a/2/x', 'a/2/y', 'b', '\uffee', '\u{1f642}'], []],
    [{ Delimiter: '/' }, ['Z', 'a', 'b', '\uffee', '\u{1f642}'], ['a/']],
    [{ Prefix: 'a/', Delimiter: '/' }, ['a/', 'a/1'], ['a/2/']],
    [{ Prefix: 'a' }, ['a', 'a/', 'a/1', 'a/2/x', 'a/2/y'], []],
    [{ Prefix: 'none' }, [], []],
    [{ StartAfter: 'a/2/x' }, ['a/2/y', 'b', '\uffee', '\u{1f642}'], []],
    [{ StartAfter: 'a/1', Delimiter: '/' }, ['b', '\uffee', '\u{1f642}'], ['a/']],
    [{ MaxKeys: 0 }, [], []],
  ])('answers %j', async (input, contents, prefixes) => {
    const answer = await list(input);
    expect(namesOf(answer['Contents'], 'Key')).toEqual(contents);
    expect(namesOf(answer['CommonPrefixes'], 'Prefix')).toEqual(prefixes);
    expect(answer).toMatchObject({ KeyCount: contents.length + prefixes.length, IsTruncated: false });
  });

  it.each([1, 2, 3])('pages through everything once, %d entries at a time', async (MaxKeys) => {
    const seen: unknown[] = [];
    let token: unknown;
    do {
      const page = await list({ Delimiter: '/', MaxKeys, ...(token !== undefined && { ContinuationToken: token }) });
      seen.push(...namesOf(page['Contents'], 'Key'), ...namesOf(page['CommonPrefixes'], 'Prefix'));
      token = page['NextContinuationToken'];
      expect(page['IsTruncated']).toBe(token !== undefined);
    } while (token !== undefined);
    expect(seen.toSorted()).toEqual(['Z', 'a', 'a/', 'b', '\uffee', '\u{1f642}'].toSorted());
  });

  it('describes each object', async () => {
    expect(await list({ Prefix: 'Z' })).toMatchObject({
      Name: 'acme-reports',
      Prefix: 'Z',
      MaxKeys: 1000,
      Contents: [
        {
          Key: 'Z',
          Size: 1,
          ETag: '"21c2e59531c8710156d34a3c30ac81d5"',
          LastModified: new Date('2026-11-21T01:02:03Z'),
          StorageClass: 'STANDARD',
        },
      ],
    });
  });

  it('is held to the prefixes that a policy names', async () => {
    const Condition = { StringLike: { 's3:prefix': 'a/*' } };
    const statement = {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::acme-reports',
      Condition,
    } as const;
    const policy = { Statement: [statement] };
    const listAs = (input: object) => fixture.call('ListObjectsV2', { Bucket: 'acme-reports', ...input }, { policy });
    expect(await listAs({ Prefix: 'a/2/' })).toMatchObject({ KeyCount: 2 });
    for (const input of [{}, { Prefix: '' }, { Prefix: 'b' }]) {
      await expect(listAs(input)).rejects.toMatchObject({ code: 'AccessDenied' });
    }
  });

  it.each([{ ContinuationToken: 'x' }, { ContinuationToken: '' }, { MaxKeys: -1 }, { EncodingType: 'base64' }])(
    'refuses %j',
    async (input) => {
      await expect(list(input)).rejects.toMatchObject({ code: 'InvalidArgument' });
    },
  );
});
