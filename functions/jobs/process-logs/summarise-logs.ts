import type { ReadingProblem } from '../../../lib/audit/log-files/read-log-file.ts';
import type { EventCounts, EventTallies } from './event-counts.ts';

/** Bytes of JSON: below the 4 KB that a report keeps. */
const LIMIT_BYTES = 4_000;
const MOST_LISTED = 10;

/** A file that could not be read to its end; its events before that point are counted. */
export type UnreadFile = ReadingProblem & { readonly key: string };

export type LogSummary = EventTallies & {
  /** Files that were read to their end. */
  readonly filesRead: number;
  readonly filesUnread: number;
  /** True when the deadline came before the last file. */
  readonly stoppedEarly: boolean;
  readonly events: number;
  /** As many as fit, by key. */
  readonly unread: readonly UnreadFile[];
};

export type LogResult = {
  readonly filesRead: number;
  readonly filesUnread: number;
  readonly stoppedEarly: boolean;
  readonly counts: EventCounts;
  /** Not necessarily all. */
  readonly unread: readonly UnreadFile[];
};

/** The sums always, and of every list as many as fit. */
export function summariseLogs(result: LogResult): LogSummary {
  for (let listed = MOST_LISTED; listed > 0; listed -= 1) {
    const summary = summaryOf(result, listed);
    if (Buffer.byteLength(JSON.stringify(summary), 'utf8') <= LIMIT_BYTES) return summary;
  }
  return summaryOf(result, 0);
}

function summaryOf({ filesRead, filesUnread, stoppedEarly, counts, unread }: LogResult, listed: number): LogSummary {
  const byKey = [...unread].sort((left, right) => (left.key < right.key ? -1 : 1));
  return {
    filesRead,
    filesUnread,
    stoppedEarly,
    events: counts.total(),
    ...counts.largest(listed),
    unread: byKey.slice(0, listed),
  };
}
