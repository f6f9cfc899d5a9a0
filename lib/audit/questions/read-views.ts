import { announcerOf } from '../announcer.ts';
import type { ObservationRecord } from '../correlation/observation-record.ts';
import type { RecordView } from './audit-api.ts';
import type { AuditStore } from './audit-store.ts';
import { LISTED_ATTRIBUTES } from './ledger-attributes.ts';
import { type LedgerRecord, readRecord } from './read-record.ts';
import type { Judging } from './verdicts-of-observation.ts';
import { viewOf } from './view-of-record.ts';

/** What is needed to make the views of records. */
export type Viewing = Judging & { readonly store: Pick<AuditStore, 'readItems'> };

type Records = ReadonlyMap<string, LedgerRecord>;

/** Reads records by their ids, each by its schema. Records that do not exist are left out. */
export async function readRecords(
  ids: readonly string[],
  store: Pick<AuditStore, 'readItems'>,
  attributes: readonly string[] = LISTED_ATTRIBUTES,
): Promise<Records> {
  const items = await store.readItems(ids, attributes);
  return new Map([...items].map(([recordId, item]) => [recordId, readRecord(recordId, item)]));
}

/**
 * The views of these records, in this order, without pointers. Observations are judged by the records that may have
 * announced their calls, which are read too.
 */
export async function viewsOf(records: readonly LedgerRecord[], reading: Viewing): Promise<readonly RecordView[]> {
  const announcers = await readAnnouncers(records, reading.store);
  return records.flatMap((record) => {
    if (record.recordType === 'pointer') return [];
    const id = record.recordType === 'observation' ? announcerIdOf(record) : undefined;
    return [viewOf(record, reading, id === undefined ? undefined : announcers.get(id))];
  });
}

async function readAnnouncers(records: readonly LedgerRecord[], store: Pick<AuditStore, 'readItems'>) {
  const there = new Map<string, LedgerRecord>(records.map((record) => [record.recordId, record]));
  const wanted = records.flatMap((record) => {
    const id = record.recordType === 'observation' ? announcerIdOf(record) : undefined;
    return id === undefined || there.has(id) ? [] : [id];
  });
  if (wanted.length === 0) return there;
  return new Map([...there, ...(await readRecords(wanted, store))]);
}

/**
 * The id of the record that announced the observation's calls. A session name contains that id; for a denied call the
 * correlation found it.
 */
export function announcerIdOf({ sessionName, of }: ObservationRecord): string | undefined {
  return sessionName === undefined ? of : announcerOf(sessionName)?.recordId;
}

/** Less than the 6 MB that Lambda can return; what CloudTrail shows of a stray may be long. */
const MOST_CHARACTERS = 2_000_000;

/** How many of the views one answer may hold; always at least one. */
export function countFitting(views: readonly RecordView[]): number {
  let characters = 0;
  const over = views.findIndex((view) => {
    characters += JSON.stringify(view).length;
    return characters > MOST_CHARACTERS;
  });
  return over === -1 ? views.length : Math.max(1, over);
}
