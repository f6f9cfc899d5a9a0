import { Readable } from 'node:stream';
import type { ListedObject, ObjectSource } from '../../platform/object-source.ts';
import { errorName } from '../../platform/store-error.ts';
import { type LogRecord, readLogRecord } from './log-record.ts';
import type { LogProblem } from './malformed-log.ts';
import { readLogFile } from './read-log-file.ts';

/** How many files are read side by side, so that unpacking and waiting for the network overlap. */
const LANES = 4;
/** How many problems are kept; all are counted. */
const PROBLEMS_KEPT = 100;

export type FileProblem = {
  readonly key: string;
  readonly problem: LogProblem | `unreadable:${string}`;
  /** The number of bytes of the file's unpacked text up to the place where the problem shows. */
  readonly offset: number;
};

export type FilesProgress = {
  readonly filesDone: number;
  readonly files: number;
  /** Counted in the files as they are stored, packed or not. */
  readonly bytesDone: number;
  readonly bytes: number;
  /** The bytes of unpacked text. */
  readonly textBytes: number;
  readonly records: number;
};

export type FilesRead = FilesProgress & {
  /** The first problems, by key and offset. */
  readonly problems: readonly FileProblem[];
  readonly problemCount: number;
};

export type FilesToRead = {
  readonly source: ObjectSource;
  /** Called for each event; the order has no meaning. */
  readonly onRecord: (record: LogRecord) => void;
  readonly onProgress?: (progress: FilesProgress) => void;
  readonly abortSignal: AbortSignal;
};

/**
 * Reads every CloudTrail file of a directory or a bucket: packed or not, all services mixed. Malformed text is reported
 * by name and offset, and the rest is read. The memory that it needs does not depend on the amount of data.
 *
 * Rejects with the signal's reason, or when the files cannot be listed.
 */
export async function readLogFiles({ source, onRecord, onProgress, abortSignal }: FilesToRead): Promise<FilesRead> {
  const state = { filesDone: 0, files: 0, bytesDone: 0, bytes: 0, textBytes: 0, records: 0, problemCount: 0 };
  const problems: FileProblem[] = [];
  // The files are listed twice rather than kept in memory: the first listing tells how much there is.
  for await (const { bytes } of logFiles(source)) {
    state.files += 1;
    state.bytes += bytes;
  }
  const queue = logFiles(source);
  await Promise.all(Array.from({ length: LANES }, drain));
  abortSignal.throwIfAborted();
  return { ...state, problems: problems.sort(byPlace).slice(0, PROBLEMS_KEPT) };

  async function drain(): Promise<void> {
    for await (const file of queue) {
      abortSignal.throwIfAborted();
      await readOne(file);
      state.filesDone += 1;
      onProgress?.(state);
    }
  }

  async function readOne({ key, bytes }: ListedObject): Promise<void> {
    let came = 0;
    const tell = (problem: FileProblem['problem'], offset: number) => {
      state.problemCount += 1;
      problems.push({ key, problem, offset });
      // The problems are sorted before they are cut: which ones are kept must not depend on which lane was faster.
      if (problems.length > 2 * PROBLEMS_KEPT) problems.sort(byPlace).splice(PROBLEMS_KEPT);
    };
    const ended = await readLogFile({
      body: Readable.from(counted(source.open(key)), { objectMode: false }),
      onRecord: (whole, offset) => {
        const record = readLogRecord(whole);
        if (record === undefined) return tell('record.notAnEvent', offset);
        state.records += 1;
        onRecord(record);
      },
      onProblem: tell,
      onText: (length) => {
        state.textBytes += length;
        onProgress?.(state);
      },
      abortSignal,
    }).catch((error: unknown) => ({ problem: `unreadable:${errorName(error)}` as const, offset: 0 }));
    if (ended !== undefined && !abortSignal.aborted) tell(ended.problem, ended.offset);
    state.bytesDone += bytes - came;

    async function* counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
      for await (const chunk of chunks) {
        came += chunk.length;
        state.bytesDone += chunk.length;
        yield chunk;
      }
    }
  }
}

/**
 * Digests, which sign the files beside them, are not log files; nor are the empty objects that consoles make for
 * folders.
 */
async function* logFiles(source: ObjectSource): AsyncGenerator<ListedObject, void> {
  for await (const file of source.list()) {
    const isDigest = /(^|\/)CloudTrail-Digest\//.test(file.key);
    if (!isDigest && !(file.key.endsWith('/') && file.bytes === 0)) yield file;
  }
}

function byPlace(left: FileProblem, right: FileProblem): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : left.offset - right.offset;
}
