import { Readable } from 'node:stream';
import type { ListedObject, ObjectSource } from '../../platform/object-source.ts';
import { errorName } from '../../platform/store-error.ts';
import { type LogRecord, readLogRecord } from './log-record.ts';
import type { LogProblem } from './malformed-log.ts';
import { readLogFile } from './read-log-file.ts';

/** Files that are read side by side, so that unpacking and waiting for the network cost no time of their own. */
const LANES = 4;
/** Problems that are kept; all are counted. */
const PROBLEMS_KEPT = 100;

export type FileProblem = {
  readonly key: string;
  readonly problem: LogProblem | `unreadable:${string}`;
  /** Bytes of the file's text, unpacked, up to where that shows. */
  readonly offset: number;
};

export type FilesProgress = {
  readonly filesDone: number;
  readonly files: number;
  /** Of the files as they lie there, packed or not. */
  readonly bytesDone: number;
  readonly bytes: number;
  /** Of text, unpacked. */
  readonly textBytes: number;
  readonly records: number;
};

export type FilesRead = FilesProgress & {
  /** The first of them, by key and offset. */
  readonly problems: readonly FileProblem[];
  readonly problemCount: number;
};

export type FilesToRead = {
  readonly source: ObjectSource;
  /** Called for each event, in no order that means anything. */
  readonly onRecord: (record: LogRecord) => void;
  readonly onProgress?: (progress: FilesProgress) => void;
  readonly abortSignal: AbortSignal;
};

/**
 * Reads every CloudTrail file of a directory or a bucket: packed or not, all services mixed. What is malformed is told by
 * name and offset, and the rest is read. What it holds in memory does not depend on how much there is.
 *
 * Rejects with the signal's reason, or when the files cannot be listed.
 */
export async function readLogFiles({ source, onRecord, onProgress, abortSignal }: FilesToRead): Promise<FilesRead> {
  const state = { filesDone: 0, files: 0, bytesDone: 0, bytes: 0, textBytes: 0, records: 0, problemCount: 0 };
  const problems: FileProblem[] = [];
  // Listed twice rather than kept: the first time tells how much there is.
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
      // Sorted before it is cut: which are kept must not depend on which lane was faster.
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

/** Digests, which sign the files beside them, are no log files, nor are the empty objects that consoles make for folders. */
async function* logFiles(source: ObjectSource): AsyncGenerator<ListedObject, void> {
  for await (const file of source.list()) {
    const isDigest = /(^|\/)CloudTrail-Digest\//.test(file.key);
    if (!isDigest && !(file.key.endsWith('/') && file.bytes === 0)) yield file;
  }
}

function byPlace(left: FileProblem, right: FileProblem): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : left.offset - right.offset;
}
