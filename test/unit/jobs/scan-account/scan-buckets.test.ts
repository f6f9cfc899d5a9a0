import { afterEach, describe, expect, it } from 'vitest';
import { makeScanBuckets } from '../../../../functions/jobs/scan-account/scan-buckets.ts';
import type { ScanSettings } from '../../../../lib/jobs/scan-account.job.ts';
import { type FakeBucket, type FakeS3, startFakeS3 } from './fake-s3.ts';

const NOW_MS = Date.parse('2031-05-06T07:00:00Z');
const whole = [true, true, true, true] as const;
const good: Pick<FakeBucket, 'publicAccessBlock' | 'algorithm'> = { publicAccessBlock: whole, algorithm: 'aws:kms' };

let s3: FakeS3;
afterEach(() => s3.close());

type Scan = {
  readonly settings?: ScanSettings;
  readonly input?: unknown;
  readonly nowMs?: () => number;
  readonly deadlineMs?: number;
};

function scan({
  settings = {},
  input,
  nowMs = () => NOW_MS,
  deadlineMs = NOW_MS + 60_000,
}: Scan = {}): Promise<unknown> {
  return makeScanBuckets({ clock: { nowMs }, makeS3: s3.makeS3 })({
    tenantId: 'acme',
    accountId: '222222222222',
    job: 'scan-account',
    issuanceId: 'scan-account.x',
    attempt: 1,
    settings,
    input,
    deadlineMs,
    credentials: async () => ({
      accessKeyId: 'ASIATENANT',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration: new Date(Date.now() + 600_000),
    }),
  });
}

const buckets: readonly { bucket: FakeBucket; problems: readonly string[] }[] = [
  { bucket: { name: 'kms', ...good }, problems: [] },
  { bucket: { name: 'dsse', ...good, algorithm: 'aws:kms:dsse' }, problems: [] },
  { bucket: { name: 'aes', ...good, algorithm: 'AES256' }, problems: ['encryption.notKms'] },
  { bucket: { name: 'plain', publicAccessBlock: whole }, problems: ['encryption.notKms'] },
  { bucket: { name: 'open', algorithm: 'aws:kms' }, problems: ['publicAccessBlock.missing'] },
  ...[0, 1, 2, 3].map((off) => {
    const [a, b, c, d] = [0, 1, 2, 3].map((index) => index !== off);
    const publicAccessBlock = [a === true, b === true, c === true, d === true] as const;
    return { bucket: { name: `partial-${off}`, ...good, publicAccessBlock }, problems: ['publicAccessBlock.partial'] };
  }),
  { bucket: { name: 'both' }, problems: ['publicAccessBlock.missing', 'encryption.notKms'] },
  { bucket: { name: 'denied', denied: true }, problems: ['unreadable:AccessDenied'] },
  {
    bucket: { name: 'abroad', region: 'ap-southeast-2' },
    problems: ['publicAccessBlock.missing', 'encryption.notKms'],
  },
];

describe('the scan of an account', () => {
  it.each(buckets)('finds $problems in the bucket $bucket.name', async ({ bucket, problems }) => {
    s3 = await startFakeS3([bucket]);
    const { name, region = 'eu-west-1' } = bucket;
    expect(await scan()).toMatchObject({
      bucketsInScope: 1,
      bucketsScanned: 1,
      stoppedEarly: false,
      bucketsWithProblems: problems.length === 0 ? 0 : 1,
      findings: problems.length === 0 ? [] : [{ bucket: name, region, problems }],
    });
  });

  it('fails when it was let in no longer, and not when a bucket is denied by itself', async () => {
    const denied = { name: 'denied', denied: true };
    s3 = await startFakeS3([{ name: 'fine', ...good }, denied], { listDenied: 'afterwards' });
    await expect(scan()).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.close();
    s3 = await startFakeS3([denied, { name: 'fine', ...good }, denied]);
    expect(await scan()).toMatchObject({ bucketsScanned: 3, bucketsWithProblems: 2 });
    await s3.close();
    // What breaks when it only makes sure undoes nothing.
    s3 = await startFakeS3([denied], { listBreaks: true });
    expect(await scan()).toMatchObject({ bucketsScanned: 1, bucketsWithProblems: 1 });
  });

  it('asks for each bucket in its own region, always with the tenant’s credentials', async () => {
    s3 = await startFakeS3([
      { name: 'one', ...good },
      { name: 'two', region: 'us-east-1', ...good },
      { name: 'three', region: 'us-east-1', ...good },
    ]);
    expect(await scan()).toMatchObject({ bucketsScanned: 3, bucketsWithProblems: 0 });
    expect(s3.calls).toHaveLength(7);
    expect(new Set(s3.calls.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['ASIATENANT']));
  });

  it('reads every page of the list', async () => {
    s3 = await startFakeS3(
      Array.from({ length: 23 }, (_, index) => ({ name: `bucket-${index}`, ...good })),
      { pageSize: 10 },
    );
    expect(await scan()).toMatchObject({ bucketsInScope: 23, bucketsScanned: 23, stoppedEarly: false });
  });

  it('looks at no bucket out of the scope that the request gives', async () => {
    s3 = await startFakeS3(['logs-a', 'audit', 'log', 'my-logs-b'].map((name) => ({ name, ...good })));
    expect(await scan({ input: { bucketNamePrefixes: ['logs-', 'aud'] } })).toMatchObject({ bucketsInScope: 2 });
    expect(s3.calls.some(({ path }) => path.includes('my-logs-b') || path.startsWith('/log?'))).toBe(false);
  });

  it('looks at no bucket out of the scope that the tenant set, and lets a request narrow it only', async () => {
    const settings = { bucketNamePrefixes: ['logs-', 'audit'] };
    s3 = await startFakeS3(['logs-a', 'logs-b', 'audit', 'private'].map((name) => ({ name, ...good })));
    expect(await scan({ settings })).toMatchObject({ bucketsInScope: 3 });
    const input = { bucketNamePrefixes: ['logs-a', 'private'] };
    expect(await scan({ settings, input })).toMatchObject({ bucketsInScope: 1 });
    expect(s3.calls.some(({ path }) => path.includes('private'))).toBe(false);
  });

  it.each([[], 'logs-', { bucketNamePrefixes: [] }, { bucketNamePrefixes: ['*'] }, { prefixes: ['logs-'] }, 1])(
    'does nothing with the input %j',
    async (input) => {
      s3 = await startFakeS3([]);
      await expect(scan({ input })).rejects.toMatchObject({ code: 'job.failed' });
      expect(s3.calls).toEqual([]);
    },
  );

  it.each([undefined, null, {}])('takes the input %j for all buckets', async (input) => {
    s3 = await startFakeS3([{ name: 'one', ...good }]);
    expect(await scan({ input })).toMatchObject({ bucketsInScope: 1 });
  });

  it('stops at its deadline and says how far it came', async () => {
    s3 = await startFakeS3(Array.from({ length: 40 }, (_, index) => ({ name: `bucket-${index}`, ...good })));
    const nowMs = () => NOW_MS + s3.calls.length * 1_000;
    const summary = await scan({ nowMs, deadlineMs: NOW_MS + 20_000 });
    expect(summary).toMatchObject({ bucketsInScope: 40, stoppedEarly: true });
    expect(summary).toHaveProperty(
      'bucketsScanned',
      expect.toSatisfy((n: number) => n >= 5 && n <= 20),
    );
  });

  it('stops between pages of the list as well', async () => {
    s3 = await startFakeS3(
      Array.from({ length: 30 }, (_, index) => ({ name: `bucket-${index}`, ...good })),
      { pageSize: 10 },
    );
    const nowMs = () => NOW_MS + s3.calls.length * 30_000;
    expect(await scan({ nowMs })).toMatchObject({ bucketsInScope: 20, bucketsScanned: 0, stoppedEarly: true });
  });

  it('always fits its summary into a report, real problems first, and counts what it leaves out', async () => {
    const denied = Array.from({ length: 60 }, (_, index) => ({ name: `a${index}`.padEnd(63, 'x'), denied: true }));
    const open = Array.from({ length: 60 }, (_, index) => ({ name: `z${index}`.padEnd(63, 'x') }));
    s3 = await startFakeS3([...denied, ...open]);
    const summary = await scan();
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThanOrEqual(4_096);
    expect(summary).toMatchObject({
      bucketsScanned: 120,
      bucketsWithProblems: 120,
      problems: { 'unreadable:AccessDenied': 60, 'publicAccessBlock.missing': 60, 'encryption.notKms': 60 },
    });
    expect(summary).toHaveProperty('findings[0].bucket', expect.stringMatching(/^z/));
    expect(summary).toHaveProperty(
      'findingsLeftOut',
      expect.toSatisfy((n: number) => n > 80 && n < 120),
    );
  });

  it('closes every client that it made', async () => {
    s3 = await startFakeS3([{ name: 'one', region: 'us-east-1', ...good }]);
    await scan();
    expect(s3.openClients).toBe(0);
  });

  it('fails when it may not list, and closes its client', async () => {
    s3 = await startFakeS3([], { listDenied: true });
    await expect(scan()).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(s3.openClients).toBe(0);
  });
});
