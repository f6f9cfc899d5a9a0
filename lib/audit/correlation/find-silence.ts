import { utcDay } from '../../ledger/issuance.ts';
import { runConcurrently } from '../../platform/run-concurrently.ts';
import { ANNOUNCING, sessionsOf } from './announcements.ts';
import type { AnnouncingRecords, IndexedRecord } from './announcing-record.ts';
import { type MissingDependencies, readAnnouncing } from './find-missing.ts';
import { observationIdOfSession } from './observation-record.ts';

/**
 * Only sessions at least this old are checked: CloudTrail takes minutes, and half an hour without a record is more than
 * a delay.
 */
const SILENT_AFTER_MS = 30 * 60_000;
const LOOKED_BACK_MS = 60 * 60_000;
/**
 * This many sessions that were made and not shown are silence. They are checked newest first, and the first one that
 * was shown ends the search.
 */
const ENOUGH = 50;
/**
 * Rows are read a page at a time, up to `MOST_ROWS`. Rows that made no session stand among them, and a requester that
 * gets enough requests refused or denied must not hide that nothing is shown.
 */
const PAGE = 100;
const MOST_ROWS = 2_000;
const SIDE_BY_SIDE = 10;

export type Heard =
  /** CloudTrail has shown one of the sessions that were made at least half an hour ago. */
  | 'heard'
  /** CloudTrail has shown none of them. */
  | 'silent'
  /** There are no such sessions. */
  | 'nothingToHear';

/**
 * Checks whether CloudTrail shows any of the sessions that are made at all. This reveals a stopped trail long before
 * the hour is over.
 */
export async function findSilence(missing: MissingDependencies): Promise<Heard> {
  const nowMs = missing.clock.nowMs();
  const window = { fromMs: nowMs - LOOKED_BACK_MS, toMs: nowMs - SILENT_AFTER_MS };
  let made = 0;
  for await (const rows of newestOf(missing.records, window)) {
    const announcing = rows.filter(({ recordType }) => ANNOUNCING.has(recordType));
    const shown = await runConcurrently(announcing, SIDE_BY_SIDE, ({ recordId }) =>
      shownOf(recordId, window.toMs, missing),
    );
    for (const outcome of shown) {
      if (outcome.status === 'rejected') throw outcome.reason;
      if (outcome.value.includes(true)) return 'heard';
      made += outcome.value.length;
    }
    if (made >= ENOUGH) return 'silent';
  }
  return made > 0 ? 'silent' : 'nothingToHear';
}

/** For each session of the record that was made by this time: whether CloudTrail has shown its name. */
async function shownOf(recordId: string, byMs: number, missing: MissingDependencies): Promise<readonly boolean[]> {
  const shown: boolean[] = [];
  for (const name of await sessionsMade(recordId, byMs, missing)) {
    shown.push((await missing.ledger.read(observationIdOfSession(name))) !== undefined);
  }
  return shown;
}

/** The names of the record's sessions that were made by then. */
async function sessionsMade(recordId: string, byMs: number, missing: MissingDependencies): Promise<readonly string[]> {
  const record = await readAnnouncing(recordId, missing);
  const sessions = record === undefined ? [] : sessionsOf(record, missing);
  return sessions
    .filter(({ announced: { answer, issuedAtMs, intendedAtMs } }) => {
      return answer === 'read' && (issuedAtMs ?? intendedAtMs) <= byMs;
    })
    .map(({ name }) => name);
}

/** Reads a few at a time: where all is well, one of the first sessions was shown already. */
async function* newestOf(
  records: AnnouncingRecords,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): AsyncGenerator<readonly IndexedRecord[]> {
  let left = MOST_ROWS;
  for (const day of new Set([utcDay(toMs), utcDay(fromMs)])) {
    let page: readonly IndexedRecord[] = [];
    do {
      const after = page.at(-1);
      page = await records.ofDay({
        day,
        fromMs,
        toMs,
        limit: PAGE,
        newestFirst: true,
        ...(after && { after: placeOf(after) }),
      });
      left -= page.length;
      for (let at = 0; at < page.length; at += SIDE_BY_SIDE) yield page.slice(at, at + SIDE_BY_SIDE);
    } while (page.length === PAGE && left > 0);
  }
}

function placeOf({ recordedAtMs, recordId }: IndexedRecord) {
  return { recordedAtMs, recordId };
}
