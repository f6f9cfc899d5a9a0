import { Readable } from 'node:stream';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ReadingProblem, readLogFile } from '../../../../lib/audit/log-files/read-log-file.ts';
import { scan } from './scanning.ts';
import { trailEvents, trailFile } from './trail-events.ts';

const neverAborted = new AbortController().signal;

async function read(bytes: Uint8Array, pieceBytes = bytes.length) {
  const records: unknown[] = [];
  const pieces = Array.from({ length: Math.ceil(bytes.length / Math.max(1, pieceBytes)) }, (_, index) =>
    Buffer.from(bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes)),
  );
  const body = Readable.from(pieces, { objectMode: false });
  const problem = await readLogFile({ body, onRecord: (record) => records.push(record), abortSignal: neverAborted });
  return { records, problem, isClosed: body.destroyed };
}

const document = trailFile(40);
const lines = trailEvents(40)
  .map((record) => JSON.stringify(record))
  .join('\n');
const packed = gzipSync(document);

const whole: readonly { name: string; bytes: Uint8Array }[] = [
  { name: 'a document', bytes: Buffer.from(document) },
  { name: 'a packed document', bytes: packed },
  { name: 'one record a line', bytes: Buffer.from(`${lines}\n`) },
  { name: 'one record a line, packed', bytes: gzipSync(lines) },
  {
    name: 'two packed files that were joined',
    bytes: Buffer.concat([gzipSync(trailFile(40)), gzipSync('{"Records":[]}')]),
  },
];

describe('a whole file', () => {
  it.each(whole)('is read: $name', async ({ bytes }) => {
    for (const pieceBytes of [bytes.length, 1, 1_000]) {
      const { records, problem, isClosed } = await read(bytes, pieceBytes);
      expect(problem).toBeUndefined();
      expect(records).toEqual(trailEvents(40));
      expect(isClosed).toBe(true);
    }
  });
});

describe('a packed file with something behind its end', () => {
  it.each([
    ['a zero, and another packed file', Buffer.concat([Buffer.alloc(1), gzipSync(trailFile(3))])],
    ['a block of zeros, and another packed file', Buffer.concat([Buffer.alloc(512), gzipSync(trailFile(3))])],
    ['zeros', Buffer.alloc(8)],
    ['half of the magic, and another packed file', Buffer.concat([Buffer.from([0x1f]), gzipSync(trailFile(3))])],
  ])('is not taken for whole: %s', async (_what, behind) => {
    for (const pieceBytes of [packed.length + behind.length, 50, 1]) {
      const { problem } = await read(Buffer.concat([packed, behind]), pieceBytes);
      expect(problem?.problem).toBe('gzip.invalid');
    }
  });
});

describe('a file that is cut off', () => {
  it('hands over all that can be unpacked, and tells how much that was', async () => {
    for (const length of [12, 100, packed.length >> 1, packed.length - 9]) {
      const cut = packed.subarray(0, length);
      const text = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH });
      const { records, problem } = await read(cut, 50);
      expect(problem).toEqual({ problem: 'gzip.truncated', offset: text.length });
      expect(records).toEqual(scan(text).records);
    }
  });

  it('is not taken for whole when only the check sum is missing', async () => {
    const { records, problem } = await read(packed.subarray(0, packed.length - 4));
    expect(problem).toEqual({ problem: 'gzip.truncated', offset: Buffer.byteLength(document) });
    expect(records).toHaveLength(40);
  });
});

const spoilt = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = Buffer.from(packed);
  change(bytes);
  return bytes;
};
const malformed: readonly { name: string; bytes: Uint8Array; expected: ReadingProblem; records?: number }[] = [
  { name: 'nothing', bytes: Buffer.alloc(0), expected: { problem: 'json.truncated', offset: 0 } },
  { name: 'one byte', bytes: Buffer.from('{'), expected: { problem: 'json.truncated', offset: 1 } },
  {
    name: 'half of gzip’s first bytes',
    bytes: packed.subarray(0, 1),
    expected: { problem: 'json.invalid', offset: 0 },
  },
  {
    name: 'an unknown method of packing',
    bytes: spoilt((bytes) => bytes.fill(9, 2, 3)),
    expected: { problem: 'gzip.invalid', offset: 0 },
  },
  {
    name: 'a spoilt block',
    bytes: spoilt((bytes) => bytes.fill(0xff, 10, 40)),
    expected: { problem: 'gzip.invalid', offset: 0 },
  },
  {
    name: 'a wrong check sum',
    bytes: spoilt((bytes) => bytes.fill(0, bytes.length - 8)),
    expected: { problem: 'gzip.invalid', offset: expect.any(Number) as number },
  },
  {
    name: 'packed text that is not JSON',
    bytes: gzipSync('2 222222222222 eni-0a1b'),
    expected: { problem: 'json.invalid', offset: 0 },
  },
  { name: 'packed twice', bytes: gzipSync(packed), expected: { problem: 'json.invalid', offset: 0 } },
];

describe('a malformed file', () => {
  it.each(malformed)('with $name is $expected.problem', async ({ bytes, expected }) => {
    const { problem, isClosed } = await read(bytes);
    expect(problem).toEqual(expected);
    expect(isClosed).toBe(true);
  });

  it('ends as unreadable when the connection breaks, after what had come', async () => {
    const records: unknown[] = [];
    const body = Readable.from(
      (async function* broken() {
        yield Buffer.from('{"Records":[{"a":1},{"b":');
        throw Object.assign(new Error('aborted'), { name: 'ConnectionReset' });
      })(),
    );
    const onRecord = (record: unknown) => records.push(record);
    const problem = await readLogFile({ body, onRecord, abortSignal: neverAborted });
    expect(problem).toEqual({ problem: 'unreadable:ConnectionReset', offset: 25 });
    expect(records).toEqual([{ a: 1 }]);
  });

  it('does not wait for a body that has stopped coming once the signal is given', async () => {
    const body = new Readable({ read: () => undefined });
    body.push('{"Records":[');
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const problem = await readLogFile({ body, onRecord: () => undefined, abortSignal: abort.signal });
    expect(problem).toEqual({ problem: 'unreadable:AbortError', offset: 12 });
    expect(body.destroyed).toBe(true);
  });
});
