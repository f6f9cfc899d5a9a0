import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import * as v from 'valibot';
import { type ReadingProblem, readLogFile } from '../../../lib/audit/log-files/read-log-file.ts';
import { BrokerError } from '../../../lib/errors.ts';
import type { RunJob } from '../../../lib/job-runtime/job-handler.ts';
import type { LogSettings } from '../../../lib/jobs/process-logs.job.ts';
import type { Clock } from '../../../lib/platform/clock.ts';
import { errorName } from '../../../lib/platform/store-error.ts';
import { createEventCounts, type EventCounts } from './event-counts.ts';
import { type LogBucket, makeS3Client, openLogBucket } from './log-bucket.ts';
import { type LogSummary, summariseLogs, type UnreadFile } from './summarise-logs.ts';

/** Files read at a time: one arrives while another is unpacked. There is one processor, so that more would only wait. */
const CONCURRENCY = 4;
/** Unread files that are kept by name; all of them are counted. */
const UNREAD_KEPT = 100;

/** The files of a batch, so that who has many asks once for all of them. */
const inputSchema = v.optional(
  v.nullable(
    v.strictObject({
      items: v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxBytes(1_024))), v.minLength(1), v.maxLength(1_000)),
    }),
  ),
);

export type ReadLogsDependencies = {
  readonly clock: Clock;
  readonly makeS3?: (config: S3ClientConfig) => S3Client;
};

/** Counts the events of the files that the input names, or of all below the prefix, and stops in time to be reported. */
export function makeReadLogs({ clock, makeS3 = makeS3Client }: ReadLogsDependencies): RunJob<LogSettings> {
  return async ({ settings, input, credentials, deadlineMs }) => {
    const items = readItems(input, settings.prefix);
    const abortSignal = AbortSignal.timeout(Math.max(0, deadlineMs - clock.nowMs()));
    const isOver = () => abortSignal.aborted || clock.nowMs() >= deadlineMs;
    const bucket = await openLogBucket({ settings, credentials, abortSignal, makeS3 });
    try {
      const keys = items ?? bucket.keys();
      const summary: LogSummary = await readAll({ keys, bucket, isOver, abortSignal });
      if (summary.unread.at(-1)?.problem === 'unreadable:AccessDenied') await mustStillBeLetIn(bucket);
      return summary;
    } finally {
      bucket.close();
    }
  };
}

/**
 * Was that file denied, or everything from some moment on? Then the run has failed, and the error says why; whatever else
 * goes wrong here undoes nothing of what was read.
 */
async function mustStillBeLetIn(bucket: LogBucket): Promise<void> {
  await bucket
    .keys()
    .next()
    .catch((error: unknown) => {
      if (errorName(error) === 'AccessDenied') throw error;
    });
}

/** Throws when the input is not what it may be, or names what the session may not read. */
function readItems(input: unknown, prefix: string): Iterable<string> | undefined {
  const read = v.safeParse(inputSchema, input);
  // Valibot takes a list for an object without keys.
  if (!read.success || Array.isArray(input)) {
    throw new BrokerError('job.failed', 'the input is not { items: 1 to 1,000 object keys }');
  }
  const items = read.output?.items;
  const stranger = items?.findIndex((key) => !key.startsWith(prefix)) ?? -1;
  if (stranger >= 0) {
    throw new BrokerError('job.failed', `item ${stranger} of the input is not below the prefix of the settings`);
  }
  // An item named twice is counted once.
  return items === undefined ? undefined : new Set(items);
}

type Reading = {
  readonly keys: Iterable<string> | AsyncIterable<string>;
  readonly bucket: LogBucket;
  readonly isOver: () => boolean;
  readonly abortSignal: AbortSignal;
};

async function readAll({ keys, bucket, isOver, abortSignal }: Reading): Promise<LogSummary> {
  const counts = createEventCounts();
  const unread: UnreadFile[] = [];
  let filesRead = 0;
  let filesUnread = 0;
  let stoppedEarly = false;
  const queue = oneByOne(keys);
  const drained = await Promise.allSettled(Array.from({ length: CONCURRENCY }, drain));
  // Only a listing that failed ends here: a part of the files must not pass for all of them.
  const failed = drained.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined && !isOver()) throw failed.reason;
  return summariseLogs({ filesRead, filesUnread, stoppedEarly: stoppedEarly || failed !== undefined, counts, unread });

  async function drain(): Promise<void> {
    for await (const key of queue) {
      // Asked when there is a key, so that a run which has come to its end is not taken for one that was stopped.
      if (isOver()) {
        stoppedEarly = true;
        return;
      }
      const problem = await readOne({ key, bucket, counts, abortSignal });
      if (problem === undefined) filesRead += 1;
      else setAside({ key, ...problem });
    }
  }

  function setAside(file: UnreadFile): void {
    // What the deadline cut off is no fault of the file.
    if (isOver()) {
      stoppedEarly = true;
      return;
    }
    filesUnread += 1;
    if (unread.length < UNREAD_KEPT) unread.push(file);
  }
}

/** Never rejects: what cannot be read is a problem of that file. */
async function readOne({ key, bucket, counts, abortSignal }: ReadOneInput): Promise<ReadingProblem | undefined> {
  try {
    const body = await bucket.open(key);
    return await readLogFile({ body, onRecord: counts.add, abortSignal });
  } catch (error) {
    return { problem: `unreadable:${errorName(error)}`, offset: 0 };
  }
}

type ReadOneInput = {
  readonly key: string;
  readonly bucket: LogBucket;
  readonly counts: EventCounts;
  readonly abortSignal: AbortSignal;
};

/** A list and a listing alike, for several readers. */
async function* oneByOne(keys: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string, void> {
  yield* keys;
}
