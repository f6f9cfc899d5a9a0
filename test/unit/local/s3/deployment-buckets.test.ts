import { beforeEach, describe, expect, it } from 'vitest';
import type { PolicyDocument, PolicyStatement } from '../../../../local/iam/policy-document.ts';
import { allowing } from '../emulated-call.ts';
import { createS3Fixture, everything, nowMs, type Who } from './s3-fixture.ts';

const OURS = '111111111111';
const THEIRS = '222222222222';
const archive = { Bucket: 'archive' };
const first = { ...archive, Key: 'changes/1', Body: Buffer.from('one\n') };

let fixture: ReturnType<typeof createS3Fixture>;
beforeEach(() => {
  fixture = createS3Fixture();
});

function addArchive(bucket: { policy?: PolicyDocument; retention?: { mode: 'COMPLIANCE'; days: number } } = {}) {
  return fixture.buckets.addBucket({
    name: 'archive',
    accountId: OURS,
    region: 'eu-west-1',
    isPublicAccessBlocked: true,
    encryption: 'AES256',
    ...bucket,
  });
}

const ask = (action: string, input: object, who: Who = {}) =>
  fixture.call(action, { ...input }, { accountId: OURS, ...who });

describe('PutObject with If-None-Match', () => {
  it('puts what is not there, and refuses what is', async () => {
    const bucket = addArchive();
    await ask('PutObject', { ...first, IfNoneMatch: '*' });
    const again = ask('PutObject', { ...first, Body: Buffer.from('two\n'), IfNoneMatch: '*' });
    await expect(again).rejects.toMatchObject({ code: 'PreconditionFailed', statusCode: 412 });
    expect(Buffer.from(bucket.objects.get('changes/1')?.bytes ?? []).toString()).toBe('one\n');
    await ask('PutObject', { ...first, Body: Buffer.from('two\n') });
    expect(Buffer.from(bucket.objects.get('changes/1')?.bytes ?? []).toString()).toBe('two\n');
  });

  it('lets one of many at the same time win', async () => {
    addArchive();
    const put = () => ask('PutObject', { ...first, IfNoneMatch: '*' });
    const done = await Promise.allSettled(Array.from({ length: 10 }, put));
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('knows no other condition', async () => {
    addArchive();
    const put = ask('PutObject', { ...first, IfNoneMatch: '"etag"' });
    await expect(put).rejects.toMatchObject({ code: 'NotImplemented' });
  });

  it('can be demanded by the policy of the bucket', async () => {
    const Condition = { Null: { 's3:if-none-match': 'true' } };
    const demand = { Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: '*', Condition } as const;
    addArchive({ policy: { Statement: [demand] } });
    await expect(ask('PutObject', first)).rejects.toMatchObject({ code: 'AccessDenied' });
    await expect(ask('PutObject', { ...first, IfNoneMatch: '*' })).resolves.toHaveProperty('ETag');
  });
});

describe('a bucket with a default retention', () => {
  const retention = { mode: 'COMPLIANCE', days: 365 } as const;

  it('takes objects with a checksum only, and says until when they are kept', async () => {
    addArchive({ retention });
    await expect(ask('PutObject', first)).rejects.toMatchObject({ code: 'InvalidRequest' });
    await ask('PutObject', { ...first, HasChecksum: true });
    const ObjectLockRetainUntilDate = new Date(Math.floor(nowMs / 1000) * 1000 + 365 * 86_400_000);
    const head = await ask('HeadObject', { ...archive, Key: first.Key });
    expect(head).toMatchObject({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate });
  });

  it('deletes nothing', async () => {
    addArchive({ retention });
    await ask('PutObject', { ...first, HasChecksum: true });
    await expect(ask('DeleteObject', { ...archive, Key: first.Key })).rejects.toThrow();
  });
});

describe('the expected owner of a bucket', () => {
  const read = (ExpectedBucketOwner: string) => ask('ListObjectsV2', { ...archive, ExpectedBucketOwner });

  it('is its account, or nothing is done', async () => {
    addArchive();
    await expect(read(OURS)).resolves.toMatchObject({ KeyCount: 0 });
    await expect(read(THEIRS)).rejects.toMatchObject({ code: 'AccessDenied', statusCode: 403 });
    const put = ask('PutObject', { ...first, ExpectedBucketOwner: THEIRS });
    await expect(put).rejects.toMatchObject({ code: 'AccessDenied', statusCode: 403 });
  });
});

describe('the policy of a bucket', () => {
  const statement = (Effect: PolicyStatement['Effect'], account: string): PolicyDocument => ({
    Statement: [
      {
        Effect,
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::archive/*',
      },
    ],
  });
  const nothing: PolicyDocument = { Statement: [] };
  const reader = allowing({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::archive/changes/*' });
  const cases: [string, PolicyDocument | undefined, Who, boolean][] = [
    ['is not needed for a role of the account', undefined, { policy: reader }, true],
    ['denies even who may everything', statement('Deny', OURS), { policy: everything }, false],
    ['is not enough for a role that may nothing', statement('Allow', OURS), { policy: nothing }, false],
    ['lets in another account whose role may', statement('Allow', THEIRS), { accountId: THEIRS, policy: reader }, true],
    ['is not enough for another account', statement('Allow', THEIRS), { accountId: THEIRS, policy: nothing }, false],
    ['is needed for another account', undefined, { accountId: THEIRS, policy: everything }, false],
    ['that says nothing lets no other account in', nothing, { accountId: THEIRS, policy: everything }, false],
  ];
  it.each(cases)('%s', async (_title, policy, who, isAllowed) => {
    const bucket = addArchive(policy === undefined ? {} : { policy });
    fixture.buckets.putObject(bucket, { key: first.Key, bytes: first.Body });
    const got = ask('GetObject', { ...archive, Key: first.Key }, who);
    if (isAllowed) await expect(got).resolves.toHaveProperty('Body');
    else await expect(got).rejects.toMatchObject({ code: 'AccessDenied', statusCode: 403 });
  });
});
