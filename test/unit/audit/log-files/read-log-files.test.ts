import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../../lib/audit/log-files/log-record.ts';
import { type FilesProgress, readLogFiles } from '../../../../lib/audit/log-files/read-log-files.ts';
import { makeDirectorySource } from '../../../../lib/platform/directory-source.ts';
import type { ObjectSource } from '../../../../lib/platform/object-source.ts';
import { FROM_MS, otherCall } from '../../../support/a-trail.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'log-files-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(name: string, content: string | Uint8Array): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** An event, known by its time. */
const event = (number: number) => JSON.stringify(otherCall(FROM_MS + number * 1_000));
const document = (...numbers: readonly number[]) => `{"Records":[${numbers.map(event).join(',')}]}`;

async function read(source: ObjectSource = makeDirectorySource(root), abortSignal = new AbortController().signal) {
  const numbers: number[] = [];
  const progress: FilesProgress[] = [];
  const files = await readLogFiles({
    source,
    onRecord: ({ atMs }: LogRecord) => numbers.push((atMs - FROM_MS) / 1_000),
    onProgress: (done) => progress.push({ ...done }),
    abortSignal,
  });
  return { files, progress, numbers: numbers.sort((left, right) => left - right) };
}

describe('a directory of log files', () => {
  it('is read whole: folders, packed and not, documents, lists, records a line, joined files', async () => {
    put('AWSLogs/2/CloudTrail/eu-west-1/a.json.gz', gzipSync(document(1, 2)));
    put('AWSLogs/2/CloudTrail/eu-west-1/b.json', document(3));
    put('AWSLogs/3/CloudTrail/us-east-1/c.log', `${event(4)}\n${event(5)}\n`);
    put('AWSLogs/3/d.gz', Buffer.concat([gzipSync(document(6)), gzipSync(document(7))]));
    put('e.json', `[${event(8)},\n${event(9)}]\n`);
    put('AWSLogs/2/CloudTrail-Digest/eu-west-1/digest.json.gz', gzipSync('{"logFiles":[]}'));
    const { files, numbers } = await read();
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(files).toMatchObject({ files: 5, filesDone: 5, records: 9, problemCount: 0, problems: [] });
    expect(files.bytesDone).toBe(files.bytes);
  });

  it('tells what is malformed by name and byte, and reads the rest', async () => {
    put('a.json', document(1));
    put('b.json', `${event(2)}\n{"eventVersion":\n${event(3)}\n`);
    put('c.json.gz', gzipSync(document(4)).subarray(0, 60));
    put('d.json', '{"Records":[{"hello":"world"},7]}');
    put('e.txt', 'version account-id interface-id');
    put('f.json', document(5));
    const { files, numbers } = await read();
    expect(numbers).toEqual([1, 2, 3, 5]);
    const bytes = Buffer.byteLength(event(2)) + 1;
    expect(files.problems).toEqual([
      { key: 'b.json', problem: 'json.truncated', offset: expect.any(Number) as number },
      { key: 'c.json.gz', problem: 'gzip.truncated', offset: expect.any(Number) as number },
      { key: 'd.json', problem: 'record.notAnEvent', offset: 12 },
      { key: 'd.json', problem: 'json.invalid', offset: 30 },
      { key: 'e.txt', problem: 'json.invalid', offset: 0 },
    ]);
    expect(files.problems[0]?.offset).toBeGreaterThan(bytes);
  });

  it('keeps the first hundred problems, by name and byte, and counts all', async () => {
    for (const name of ['b', 'a']) put(`${name}.json`, 'x\n'.repeat(300));
    const { files } = await read();
    expect(files.problemCount).toBe(600);
    expect(files.problems).toEqual(
      Array.from({ length: 100 }, (_, index) => ({ key: 'a.json', problem: 'json.invalid', offset: 2 * index })),
    );
  });

  it('may be one file', async () => {
    put('a.json', document(1, 2));
    expect((await read(makeDirectorySource(path.join(root, 'a.json')))).numbers).toEqual([1, 2]);
  });

  it('follows a link to a file, and not one to a directory', async () => {
    put('logs/a.json', document(1));
    symlinkSync(path.join(root, 'logs/a.json'), path.join(root, 'linked.json'));
    symlinkSync(root, path.join(root, 'logs/round'));
    expect((await read()).numbers).toEqual([1, 1]);
  });

  it('rejects when there is none', async () => {
    await expect(read(makeDirectorySource(path.join(root, 'no')))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('tells how far it is, up to all of it', async () => {
    for (let index = 0; index < 5; index += 1) put(`${index}.json`, document(index));
    const { progress, files } = await read();
    expect(progress.length).toBeGreaterThanOrEqual(5);
    expect(progress.at(-1)).toMatchObject({ filesDone: 5, files: 5, bytesDone: files.bytes });
  });

  it('ends with the reason of the signal', async () => {
    put('a.json', document(1));
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    await expect(read(undefined, abort.signal)).rejects.toThrow('enough');
  });
});

describe('a source that breaks', () => {
  it('makes that file unread and none of the others', async () => {
    const source: ObjectSource = {
      name: 's3://logs/',
      async *list() {
        for (const key of ['a', 'b', 'c']) yield { key, bytes: 100 };
      },
      async *open(key) {
        yield Buffer.from(`${event(key.charCodeAt(0))}\n`);
        if (key === 'b') throw Object.assign(new Error('gone'), { name: 'NoSuchKey' });
      },
    };
    const { files, numbers } = await read(source);
    expect(numbers).toEqual([97, 98, 99]);
    expect(files.problems).toEqual([
      { key: 'b', problem: 'unreadable:NoSuchKey', offset: Buffer.byteLength(event(98)) + 1 },
    ]);
    expect(files.bytesDone).toBe(300);
  });

  it('rejects when the list breaks off: a part must not pass for all', async () => {
    const source: ObjectSource = {
      name: 's3://logs/',
      async *list() {
        yield { key: 'a', bytes: 1 };
        throw new Error('cut short');
      },
      async *open() {
        yield Buffer.from(document(1));
      },
    };
    await expect(read(source)).rejects.toThrow('cut short');
  });
});
