import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { errorName } from '../../../lib/platform/store-error.ts';
import { type LogProblem, MalformedLog } from './malformed-log.ts';
import { createRecordScanner, type OnRecord } from './record-scanner.ts';

/** Source: RFC 1952, section 2.3.1. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Why the reading of a file ended before the file did. */
export type ReadingProblem = {
  readonly problem: LogProblem | `unreadable:${string}`;
  /** Bytes of text, unpacked, that had been read; for a malformed record, where it begins. */
  readonly offset: number;
};

/**
 * Reads one CloudTrail file as it comes, packed by gzip or plain, and hands over its records. What it holds in memory
 * does not depend on how large the file is.
 *
 * @returns nothing for a whole file; else the problem. The records before it were handed over.
 */
export async function readLogFile({ body, onRecord, abortSignal }: LogFile): Promise<ReadingProblem | undefined> {
  const scanner = createRecordScanner(onRecord);
  const scan = new Writable({
    // Each piece is scanned as it is written, none is left waiting: an error after it does not take it away again.
    write: (chunk: Uint8Array, _encoding, done) => done(errorOf(() => scanner.push(chunk))),
    final: (done) => done(errorOf(() => scanner.end())),
  });
  try {
    const { isGzip, bytes } = await openBody(body);
    const source = Readable.from(bytes, { objectMode: false });
    await pipeline(isGzip ? [source, createGunzip(), scan] : [source, scan], { signal: abortSignal });
    return undefined;
  } catch (error) {
    if (error instanceof MalformedLog) return { problem: error.problem, offset: error.offset };
    return { problem: problemOf(error), offset: scanner.offset() };
  } finally {
    body.destroy();
  }
}

export type LogFile = {
  readonly body: Readable;
  readonly onRecord: OnRecord;
  readonly abortSignal: AbortSignal;
};

/** Looks at the first bytes, whatever the name or the metadata say, and gives all of them. */
async function openBody(
  body: Readable,
): Promise<{ readonly isGzip: boolean; readonly bytes: AsyncGenerator<unknown> }> {
  const chunks: AsyncIterableIterator<Uint8Array> = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < GZIP_MAGIC.length) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  return { isGzip: head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC), bytes: all() };

  async function* all(): AsyncGenerator<unknown> {
    if (head.length > 0) yield head;
    yield* chunks;
  }
}

function problemOf(error: unknown): ReadingProblem['problem'] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // Node's names for what zlib says of its input.
  if (code === 'Z_BUF_ERROR') return 'gzip.truncated';
  if (code === 'Z_DATA_ERROR') return 'gzip.invalid';
  return `unreadable:${errorName(error)}`;
}

function errorOf(step: () => void): Error | null {
  try {
    step();
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
