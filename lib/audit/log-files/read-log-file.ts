import { addAbortSignal, type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { errorName } from '../../platform/store-error.ts';
import { type LogProblem, MalformedLog } from './malformed-log.ts';
import { createRecordScanner, type OnProblem, type OnRecord } from './record-scanner.ts';

/** Source: RFC 1952, section 2.3.1. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Why reading stopped before the end of the file. */
export type ReadingProblem = {
  readonly problem: LogProblem | `unreadable:${string}`;
  /** The number of bytes of unpacked text that had been read; for a malformed record, the place where it begins. */
  readonly offset: number;
};

/**
 * Reads one CloudTrail file as it arrives, packed by gzip or plain, and hands over its records. The memory that it
 * needs does not depend on the size of the file.
 *
 * @returns nothing for a whole file; otherwise the problem that ended it, after the records before it were handed over.
 * With an `onProblem` that returns, malformed text is reported to it, and the reading continues behind that text.
 */
export async function readLogFile({
  body,
  onRecord,
  onProblem,
  onText,
  abortSignal,
}: LogFile): Promise<ReadingProblem | undefined> {
  const scanner = createRecordScanner(onRecord, onProblem);
  const push = (text: Uint8Array) => {
    scanner.push(text);
    onText?.(text.length);
  };
  // The signal ends the body itself: a reader that waits for the next piece would not notice the signal.
  addAbortSignal(abortSignal, body);
  try {
    const { isGzip, chunks } = await openBody(body);
    const isAll = isGzip ? await unpack(chunks, push) : await pass(chunks, push);
    scanner.end();
    return isAll ? undefined : { problem: 'gzip.invalid', offset: scanner.offset() };
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
  readonly onProblem?: OnProblem;
  /** Called with the number of bytes of unpacked text that were read. */
  readonly onText?: (bytes: number) => void;
  readonly abortSignal: AbortSignal;
};

type Chunks = AsyncGenerator<Uint8Array, void>;

/** Looks at the first bytes, whatever the name or the metadata say, and passes all bytes on. */
async function openBody(body: Readable): Promise<{ readonly isGzip: boolean; readonly chunks: Chunks }> {
  const rest: AsyncIterableIterator<Uint8Array> = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < GZIP_MAGIC.length) {
    const { value, done } = await rest.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  return { isGzip: head.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC), chunks: all() };

  async function* all(): Chunks {
    if (head.length > 0) yield head;
    yield* rest;
  }
}

/**
 * Unpacks the pieces as they arrive, and waits for each: zlib discards the output of a piece if it learns in the same
 * step that the file is cut off. False: there is more data behind the place that zlib took for the end. Node takes a
 * zero there for padding, and ignores whatever follows it.
 */
async function unpack(chunks: Chunks, onText: (text: Uint8Array) => void): Promise<boolean> {
  const gunzip = createGunzip();
  const text = new Writable({ write: (chunk: Uint8Array, _encoding, done) => done(errorOf(() => onText(chunk))) });
  const unpacked = pipeline(gunzip, text);
  // The promise is awaited below, but it may reject before that.
  unpacked.catch(() => undefined);
  // The write during which zlib fails never gets an answer.
  let goOn: () => void = () => undefined;
  gunzip.once('close', () => goOn());
  let packed = 0;
  try {
    for await (const chunk of chunks) {
      packed += chunk.length;
      await new Promise<void>((resolve) => {
        goOn = resolve;
        gunzip.write(chunk, () => resolve());
      });
      if (gunzip.destroyed) break;
    }
    gunzip.end();
    await unpacked;
    return gunzip.bytesWritten === packed;
  } finally {
    gunzip.destroy();
  }
}

async function pass(chunks: Chunks, onText: (text: Uint8Array) => void): Promise<true> {
  for await (const chunk of chunks) onText(chunk);
  return true;
}

function problemOf(error: unknown): ReadingProblem['problem'] {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // Node's names for the problems that zlib finds in its input.
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
