import { beforeEach, describe, expect, it } from 'vitest';
import { createS3Fixture, everything, type Who } from './s3-fixture.ts';

let fixture: ReturnType<typeof createS3Fixture>;
beforeEach(() => {
  fixture = createS3Fixture();
  fixture.buckets.putObject(fixture.reports, {
    key: 'a/b',
    bytes: Buffer.from('0123456789'),
    contentType: 'text/plain',
  });
});

const reports = { Bucket: 'acme-reports' };
const object = { ...reports, Key: 'a/b' };
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('an S3 operation', () => {
  it.each([
    ['ListBuckets', {}, 's3:ListAllMyBuckets', '*', {}],
    ['HeadBucket', reports, 's3:ListBucket', 'acme-reports', {}],
    ['GetPublicAccessBlock', reports, 's3:GetBucketPublicAccessBlock', 'acme-reports', {}],
    ['GetBucketEncryption', reports, 's3:GetEncryptionConfiguration', 'acme-reports', {}],
    ['ListObjectsV2', reports, 's3:ListBucket', 'acme-reports', {}],
    [
      'ListObjectsV2',
      { ...reports, Prefix: '', Delimiter: '/', MaxKeys: 5 },
      's3:ListBucket',
      'acme-reports',
      { 's3:prefix': '', 's3:delimiter': '/', 's3:max-keys': '5' },
    ],
    ['GetObject', object, 's3:GetObject', 'acme-reports/a/b', {}],
    ['HeadObject', object, 's3:GetObject', 'acme-reports/a/b', {}],
    ['PutObject', { ...object, Body: Buffer.from('x') }, 's3:PutObject', 'acme-reports/a/b', {}],
  ])('%s %j is decided as %s on %s', async (action, input, iamAction, resource, context) => {
    await fixture.call(action, input);
    expect(fixture.checks).toHaveLength(1);
    expect(fixture.checks[0]).toMatchObject({
      action: iamAction,
      resource: `arn:aws:s3:::${resource}`,
      resourceAccountId: '222222222222',
      region: 'eu-west-1',
      sourceIp: '127.0.0.1',
    });
    expect(fixture.checks[0]?.context ?? {}).toEqual(context);
  });

  const operations: [string, Readonly<Record<string, unknown>>][] = [
    ['HeadBucket', {}],
    ['GetPublicAccessBlock', {}],
    ['GetBucketEncryption', {}],
    ['ListObjectsV2', {}],
    ['GetObject', { Key: 'a/b' }],
    ['HeadObject', { Key: 'a/b' }],
    ['PutObject', { Key: 'a/b', Body: Buffer.from('x') }],
  ];
  const denied: Who = { policy: { Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }] } };
  describe.each(operations)('%s', (action, input) => {
    it.each<[string, string, Who, string]>([
      ['a bucket that does not exist', 'no-such-bucket', {}, 'NoSuchBucket'],
      ['a bucket of another region', 'acme-assets', {}, 'PermanentRedirect'],
      [
        'a bucket of another account, whatever the caller may do',
        'globex-payroll',
        { policy: everything },
        'AccessDenied',
      ],
      ['a caller whose policy does not allow it', 'acme-reports', denied, 'AccessDenied'],
    ])('refuses %s', async (_what, Bucket, who, expected) => {
      await expect(fixture.call(action, { ...input, Bucket }, who)).rejects.toThrow(code(expected));
    });
  });

  it('names the region of a redirect', async () => {
    await expect(fixture.call('HeadBucket', { Bucket: 'acme-assets' })).rejects.toMatchObject({
      statusCode: 301,
      details: { BucketRegion: 'us-east-1' },
    });
    expect(await fixture.call('HeadBucket', { Bucket: 'acme-assets' }, { region: 'us-east-1' })).toEqual({
      BucketRegion: 'us-east-1',
    });
  });

  it('refuses what is not implemented', async () => {
    await expect(fixture.call('DeleteBucket', reports)).rejects.toThrow(code('UnknownOperationException'));
  });
});

describe('the settings of a bucket', () => {
  it('tell whether public access is blocked', async () => {
    const { PublicAccessBlockConfiguration } = await fixture.call('GetPublicAccessBlock', reports);
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    const open = fixture.call('GetPublicAccessBlock', { Bucket: 'acme-assets' }, { region: 'us-east-1' });
    await expect(open).rejects.toMatchObject({ code: 'NoSuchPublicAccessBlockConfiguration', statusCode: 404 });
  });

  it.each(['AES256', 'aws:kms'] as const)('tell the encryption %s', async (encryption) => {
    const region = 'eu-west-1';
    fixture.buckets.addBucket({
      name: 'new',
      accountId: '222222222222',
      region,
      isPublicAccessBlocked: true,
      encryption,
    });
    expect(await fixture.call('GetBucketEncryption', { Bucket: 'new' })).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: encryption } }],
      },
    });
  });
});

describe('ListBuckets', () => {
  it('lists the buckets of the account of the caller, of all regions, by name', async () => {
    const CreationDate = new Date('2026-11-21T01:02:03Z');
    expect(await fixture.call('ListBuckets', {})).toEqual({
      Owner: { ID: '222222222222' },
      Buckets: ['acme-assets', 'acme-logs', 'acme-reports'].map((Name) => ({ Name, CreationDate })),
    });
  });

  it('names regions once a parameter is given, as S3 does, and goes on from its token', async () => {
    const first = await fixture.call('ListBuckets', { MaxBuckets: 2 });
    expect(first).toMatchObject({
      Buckets: [
        { Name: 'acme-assets', BucketRegion: 'us-east-1' },
        { Name: 'acme-logs', BucketRegion: 'eu-west-1' },
      ],
    });
    const { ContinuationToken } = first;
    const second = await fixture.call('ListBuckets', { MaxBuckets: 2, ContinuationToken });
    expect(second).toMatchObject({ Buckets: [{ Name: 'acme-reports' }] });
    expect(second).not.toHaveProperty('ContinuationToken');
  });

  it.each([
    [{ Prefix: 'acme-l' }, ['acme-logs']],
    [{ BucketRegion: 'us-east-1' }, ['acme-assets']],
    [{ Prefix: 'globex' }, []],
  ])('keeps to %j', async (input, names) => {
    const { Buckets } = await fixture.call('ListBuckets', input);
    expect(Buckets).toMatchObject(names.map((Name) => ({ Name })));
    expect(Buckets).toHaveLength(names.length);
  });

  it.each([{ MaxBuckets: 0 }, { MaxBuckets: 10_001 }, { ContinuationToken: 'made-up' }])(
    'refuses %j',
    async (input) => {
      await expect(fixture.call('ListBuckets', input)).rejects.toThrow(code('InvalidArgument'));
    },
  );
});

describe('a bucket store', () => {
  it('refuses a second bucket of a name, also in another account', () => {
    const bucket = { name: 'acme-reports', region: 'eu-west-1', isPublicAccessBlocked: true } as const;
    const add = () => fixture.buckets.addBucket({ ...bucket, accountId: '333333333333', encryption: 'AES256' });
    expect(add).toThrow(RangeError);
    expect(fixture.buckets.findBucket('acme-reports')?.accountId).toBe('222222222222');
  });
});
