import { utcDay } from '../../ledger/issuance.ts';
import { ANNOUNCING, sessionsOf } from './announcements.ts';
import type { AnnouncingRecords, IndexedRecord } from './announcing-record.ts';
import { type MissingDependencies, readAnnouncing } from './find-missing.ts';
import { observationIdOfSession } from './observation-record.ts';

/** Sessions so old are looked at: CloudTrail takes minutes, and half an hour of nothing is no delay any more. */
const SILENT_AFTER_MS = 30 * 60_000;
const LOOKED_BACK_MS = 60 * 60_000;
/** Rows that are looked at, newest first; the first session that was seen ends it. */
const LOOKED_AT = 50;

export type Heard =
  /** CloudTrail has shown one of the sessions that were made half an hour ago and before. */
  | 'heard'
  /** It has shown none of them. */
  | 'silent'
  /** There are none. */
  | 'nothingToHear';

/** Does CloudTrail show anything at all of what is made? A trail that was stopped is known by it long before the hour. */
export async function findSilence(missing: MissingDependencies): Promise<Heard> {
  const nowMs = missing.clock.nowMs();
  const window = { fromMs: nowMs - LOOKED_BACK_MS, toMs: nowMs - SILENT_AFTER_MS };
  const rows = await newestOf(missing.records, window);
  let made = false;
  for (const { recordId } of rows.filter(({ recordType }) => ANNOUNCING.has(recordType))) {
    for (const name of await sessionsMade(recordId, window.toMs, missing)) {
      if ((await missing.ledger.read(observationIdOfSession(name))) !== undefined) return 'heard';
      made = true;
    }
  }
  return made ? 'silent' : 'nothingToHear';
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

async function newestOf(
  records: AnnouncingRecords,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly IndexedRecord[]> {
  const days = [...new Set([utcDay(toMs), utcDay(fromMs)])];
  const rows: IndexedRecord[] = [];
  for (const day of days) {
    const limit = LOOKED_AT - rows.length;
    if (limit > 0) rows.push(...(await records.ofDay({ day, fromMs, toMs, limit, newestFirst: true })));
  }
  return rows;
}
