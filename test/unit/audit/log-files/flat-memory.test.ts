import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGunzip, createGzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createEventCounts } from '../../../../functions/jobs/process-logs/event-counts.ts';
import { readLogFile } from '../../../../lib/audit/log-files/read-log-file.ts';
import { trailEvent } from './trail-events.ts';

const MEGABYTE = 1_024 * 1_024;
const TEXT_BYTES = 40 * MEGABYTE;
const BOUND_BYTES = 8 * MEGABYTE;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function liveBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** A packed file of 40 MB that is made while it is read, and how much more was alive at the worst of ten moments. */
function largeFile() {
  const before = liveBytes();
  const file = {
    mostBytes: 0,
    records: 0,
    body: Readable.from(text(), { objectMode: false }).pipe(createGzip({ level: 1 })),
  };
  return file;

  function* text(): Generator<Buffer> {
    let [made, looked] = [0, 0];
    yield Buffer.from('{"Records":[');
    while (made < TEXT_BYTES) {
      const piece = Buffer.from(`${file.records === 0 ? '' : ','}${JSON.stringify(trailEvent(file.records))}`);
      file.records += 1;
      made += piece.length;
      if (made - looked >= TEXT_BYTES / 10) {
        looked = made;
        file.mostBytes = Math.max(file.mostBytes, liveBytes() - before);
      }
      yield piece;
    }
    yield Buffer.from(']}');
  }
}

describe('the memory that a large file takes', () => {
  it('stays flat, however many principals are in it', async () => {
    const file = largeFile();
    const counts = createEventCounts();
    const problem = await readLogFile({
      body: file.body,
      onRecord: counts.add,
      abortSignal: new AbortController().signal,
    });
    expect(problem).toBeUndefined();
    expect(counts.total()).toBe(file.records);
    expect(file.mostBytes).toBeLessThan(BOUND_BYTES);
  });

  it('would not pass for flat if the file were collected first', async () => {
    const file = largeFile();
    const chunks: Uint8Array[] = [];
    for await (const chunk of file.body.pipe(createGunzip())) chunks.push(chunk);
    expect(Buffer.concat(chunks).length).toBeGreaterThan(TEXT_BYTES);
    expect(file.mostBytes).toBeGreaterThan(3 * BOUND_BYTES);
  });
});
