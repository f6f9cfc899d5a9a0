import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { makeReadLogs } from '../../../../functions/jobs/process-logs/read-logs.ts';
import { trailFile } from '../../audit/log-files/trail-events.ts';
import {
  type FakeLogBucket,
  type FakeLogBucketOptions,
  type FakeObject,
  startFakeLogBucket,
} from './fake-log-bucket.ts';

const NOW_MS = Date.parse('2031-05-06T07:00:00Z');
const prefix = 'logs/';
const file = gzipSync(trailFile(10));

let bucket: FakeLogBucket;
afterEach(() => bucket.close());

async function start(objects: Readonly<Record<string, FakeObject>>, options?: FakeLogBucketOptions): Promise<void> {
  bucket = await startFakeLogBucket(objects, options);
}

type Run = { readonly input?: unknown; readonly nowMs?: () => number; readonly deadlineMs?: number };

function read({ input, nowMs = () => NOW_MS, deadlineMs = NOW_MS + 60_000 }: Run = {}): Promise<unknown> {
  return makeReadLogs({ clock: { nowMs }, makeS3: bucket.makeS3 })({
    tenantId: 'acme',
    accountId: '222222222222',
    job: 'process-logs',
    issuanceId: 'process-logs.x',
    attempt: 1,
    settings: { bucket: 'acme-logs', prefix },
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

const asked = () => bucket.calls.map((call) => call.asked);

/** So many files below the prefix. */
function files(count: number, object: FakeObject = file): Record<string, FakeObject> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}.json.gz`, object]));
}

describe('reading everything below the prefix', () => {
  it('counts the events of every file, over all pages of the listing', async () => {
    await start({ ...files(7), 'elsewhere/8.json.gz': file }, { pageSize: 3 });
    expect(await read()).toEqual({
      filesRead: 7,
      filesUnread: 0,
      stoppedEarly: false,
      events: 70,
      services: { counts: { 's3.amazonaws.com': 42, 'ec2.amazonaws.com': 28 }, others: 0 },
      errors: { counts: { AccessDenied: 7 }, others: 0 },
      principals: {
        counts: Object.fromEntries(
          Array.from({ length: 10 }, (_, n) => [`arn:aws:sts::222222222222:assumed-role/app/session-${n}`, 7]),
        ),
        others: 0,
      },
      unread: [],
    });
    expect(bucket.openClients).toBe(0);
  });

  it('passes over digests and the empty objects that stand for folders', async () => {
    await start({ [prefix]: Buffer.alloc(0), [`${prefix}a/CloudTrail-Digest/d.json.gz`]: gzipSync('{}'), ...files(1) });
    expect(await read()).toMatchObject({ filesRead: 1, filesUnread: 0 });
    expect(asked()).toEqual(['list', 'list', `${prefix}0.json.gz`]);
  });

  it('finds nothing where there is nothing', async () => {
    await start({});
    expect(await read()).toMatchObject({ filesRead: 0, filesUnread: 0, stoppedEarly: false, events: 0 });
  });

  it('goes to the region of the bucket, and makes no call that the session may not make', async () => {
    await start(files(2), { region: 'ap-southeast-2' });
    expect(await read()).toMatchObject({ filesRead: 2 });
    expect(bucket.calls.map(({ asked: what, region }) => [what === 'list' ? what : 'object', region])).toEqual([
      ['list', 'eu-west-1'],
      ['list', 'ap-southeast-2'],
      ['object', 'ap-southeast-2'],
      ['object', 'ap-southeast-2'],
    ]);
    expect(bucket.openClients).toBe(0);
  });

  it('reads a few files at a time', async () => {
    await start(files(40));
    await read();
    expect(bucket.mostAtOnce).toBeGreaterThan(1);
    expect(bucket.mostAtOnce).toBeLessThanOrEqual(4);
  });

  it.each([0, 1])(
    'fails when page %s of the listing is denied: a part must not pass for all',
    async (listDeniedFrom) => {
      await start(files(6), { pageSize: 3, listDeniedFrom });
      await expect(read()).rejects.toMatchObject({ name: 'AccessDenied' });
      expect(bucket.openClients).toBe(0);
    },
  );
});

describe('a file that cannot be read', () => {
  it('fails the run where nothing is let in any more, and not where it is denied by itself', async () => {
    const objects = { [`${prefix}c`]: { refused: 'AccessDenied' } } as const;
    const input = { items: [`${prefix}c`] };
    await start(objects);
    expect(await read({ input })).toMatchObject({ filesUnread: 1 });
    await bucket.close();
    await start(objects, { listDeniedFrom: 0 });
    await expect(read({ input })).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(bucket.openClients).toBe(0);
  });

  it('is named with the byte where it went wrong, and the others are counted', async () => {
    await start({
      ...files(2),
      [`${prefix}a`]: gzipSync('{"Records":[{"eventSource":"sts.amazonaws.com"},{]}'),
      [`${prefix}b`]: file.subarray(0, 30),
      [`${prefix}c`]: { refused: 'AccessDenied' },
      [`${prefix}d`]: { begins: Buffer.from('{"Records":['), endsSo: 'breaks' },
      [`${prefix}e`]: Buffer.from('{"awsAccountId":"222222222222","logFiles":[]}'),
      [`${prefix}f`]: Buffer.from('{"eventSource":""}'),
    });
    expect(await read()).toMatchObject({
      filesRead: 2,
      filesUnread: 6,
      stoppedEarly: false,
      events: 21,
      services: { counts: { 'sts.amazonaws.com': 1 } },
      unread: [
        { key: 'logs/a', problem: 'json.invalid', offset: 48 },
        { key: 'logs/b', problem: 'gzip.truncated' },
        { key: 'logs/c', problem: 'unreadable:AccessDenied', offset: 0 },
        { key: 'logs/d', problem: expect.stringMatching(/^unreadable:/), offset: 12 },
        { key: 'logs/e', problem: 'record.notAnEvent', offset: 0 },
        { key: 'logs/f', problem: 'record.notAnEvent', offset: 0 },
      ],
    });
  });
});

describe('the items of the input', () => {
  it('are read, each once, and nothing else is', async () => {
    await start(files(9));
    const items = ['3', '5', '3', '77'].map((name) => `${prefix}${name}.json.gz`);
    expect(await read({ input: { items } })).toMatchObject({
      filesRead: 2,
      unread: [{ key: 'logs/77.json.gz', problem: 'unreadable:NoSuchKey', offset: 0 }],
    });
    expect(asked().sort()).toEqual(['list', ...new Set(items)].sort());
  });

  it('may be a thousand', async () => {
    await start({});
    const items = Array.from({ length: 1_000 }, (_, index) => `${prefix}${index}`);
    expect(await read({ input: { items } })).toMatchObject({ filesRead: 0, filesUnread: 1_000 });
  });

  const refused: readonly { name: string; input: unknown; says: RegExp }[] = [
    { name: 'none', input: { items: [] }, says: /1 to 1,000/ },
    { name: 'too many', input: { items: Array.from({ length: 1_001 }, () => `${prefix}x`) }, says: /1 to 1,000/ },
    { name: 'an empty key', input: { items: [''] }, says: /1 to 1,000/ },
    { name: 'a key longer than any', input: { items: [`${prefix}${'x'.repeat(1_024)}`] }, says: /1 to 1,000/ },
    { name: 'a number', input: { items: [1] }, says: /1 to 1,000/ },
    { name: 'a word that is not known', input: { items: [`${prefix}x`], bucket: 'another' }, says: /1 to 1,000/ },
    { name: 'a list', input: [`${prefix}x`], says: /1 to 1,000/ },
    { name: 'a text', input: `${prefix}x`, says: /1 to 1,000/ },
    {
      name: 'a key of elsewhere',
      input: { items: [`${prefix}x`, 'elsewhere/x'] },
      says: /item 1 .* not below the prefix/,
    },
    { name: 'the prefix cut short', input: { items: ['log'] }, says: /item 0 / },
  ];
  it.each(refused)('are refused before any call: $name', async ({ input, says }) => {
    await start(files(1));
    await expect(read({ input })).rejects.toMatchObject({ code: 'job.failed', message: expect.stringMatching(says) });
    expect(bucket.calls).toEqual([]);
  });

  it.each([undefined, null, {}])('may be left out', async (input) => {
    await start(files(1));
    const run = read({ input });
    if (input === undefined || input === null) expect(await run).toMatchObject({ filesRead: 1 });
    else await expect(run).rejects.toMatchObject({ code: 'job.failed' });
  });
});

describe('the deadline', () => {
  it('stops the run between two files, and is told', async () => {
    await start(files(40));
    let looks = 0;
    const nowMs = () => {
      looks += 1;
      return looks < 12 ? NOW_MS : NOW_MS + 60_000;
    };
    const summary = await read({ nowMs });
    expect(summary).toMatchObject({ stoppedEarly: true, filesUnread: 0, unread: [] });
    expect(summary).toHaveProperty(
      'filesRead',
      expect.toSatisfy((count: number) => count > 2 && count < 12),
    );
    expect(bucket.openClients).toBe(0);
  });

  it('ends a file that has stopped coming, keeps what was counted, and blames no file', async () => {
    await start({ ...files(2), [`${prefix}z`]: { begins: Buffer.from('{"Records":['), endsSo: 'stalls' } });
    const startedMs = Date.now();
    expect(await read({ deadlineMs: NOW_MS + 400 })).toMatchObject({
      stoppedEarly: true,
      filesRead: 2,
      filesUnread: 0,
      events: 20,
    });
    expect(Date.now() - startedMs).toBeLessThan(3_000);
  });

  it('is not told when the last file was read in time', async () => {
    await start(files(3));
    expect(await read()).toMatchObject({ stoppedEarly: false, filesRead: 3 });
  });
});

describe('the summary', () => {
  it('fits the report whatever the logs hold', async () => {
    const long = (letter: string, index: number) => `${index}${letter.repeat(1_000)}`;
    const records = Array.from({ length: 3_000 }, (_, index) => ({
      eventSource: long('s', index),
      errorCode: long('é', index),
      userIdentity: { arn: long('"', index) },
    }));
    const unread = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`${prefix}${long('k', index)}`, Buffer.from('x')]),
    );
    await start({ [`${prefix}0`]: gzipSync(JSON.stringify({ Records: records })), ...unread });
    const summary = await read();
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThanOrEqual(4_096);
    expect(summary).toMatchObject({ events: 3_000, filesUnread: 30 });
    expect(summary).toHaveProperty('unread.0.problem', 'json.invalid');
    expect(summary).toHaveProperty(
      'services.others',
      expect.toSatisfy((others: number) => others > 2_900),
    );
  });
});
