import * as v from 'valibot';
import {
  type AnnouncingRecord,
  type AnnouncingRecords,
  announcingRecordSchema,
  type IndexedRecord,
} from '../../../lib/audit/correlation/announcing-record.ts';
import { utcDay } from '../../../lib/ledger/issuance.ts';

/** What was announced, in memory. Records come in the order of their recording, as the clock of a run does. */
export function inMemoryAnnouncingRecords(): AnnouncingRecords & { put(record: object): void } {
  const items = new Map<string, AnnouncingRecord>();
  const byStsRequest = new Map<string, Set<string>>();
  const requestOf = new Map<string, string>();
  const rows = { day: new Map<string, IndexedRecord[]>(), account: new Map<string, IndexedRecord[]>() };

  function index(table: Map<string, IndexedRecord[]>, key: string, row: IndexedRecord): void {
    const there = table.get(key) ?? [];
    there.push(row);
    table.set(key, there);
  }

  return {
    put(item) {
      const record = v.parse(announcingRecordSchema, item);
      const before = requestOf.get(record.recordId);
      if (before !== undefined) byStsRequest.get(before)?.delete(record.recordId);
      const isNew = !items.has(record.recordId);
      items.set(record.recordId, record);
      const { lastStsRequestId } = v.parse(v.object({ lastStsRequestId: v.optional(v.string()) }), item);
      if (lastStsRequestId !== undefined) {
        requestOf.set(record.recordId, lastStsRequestId);
        byStsRequest.set(lastStsRequestId, (byStsRequest.get(lastStsRequestId) ?? new Set()).add(record.recordId));
      }
      if (!isNew || record.recordType === 'pointer') return;
      const row = { recordId: record.recordId, recordedAtMs: record.recordedAtMs, recordType: record.recordType };
      index(rows.day, utcDay(record.recordedAtMs), row);
      index(rows.account, record.accountId, row);
    },
    read: async (recordId) => items.get(recordId),
    byStsRequest: async (stsRequestId) => [...(byStsRequest.get(stsRequestId) ?? [])],
    ofAccount: async ({ accountId, fromMs, toMs, limit }) =>
      between(rows.account.get(accountId) ?? [], fromMs, toMs)
        .toReversed()
        .slice(0, limit),
    async ofDay({ day, fromMs, toMs, limit, newestFirst = false, after }) {
      const inTime = between(rows.day.get(day) ?? [], fromMs, toMs);
      const found = newestFirst ? inTime.toReversed() : inTime;
      const begin = after === undefined ? 0 : found.findIndex(({ recordId }) => recordId === after.recordId) + 1;
      return found.slice(begin, begin + limit);
    },
  };
}

/** Rows are in the order of time: both ends are found by halves. */
function between(rows: readonly IndexedRecord[], fromMs: number, toMs: number): IndexedRecord[] {
  return rows.slice(firstAt(rows, fromMs), firstAt(rows, toMs + 1));
}

function firstAt(rows: readonly IndexedRecord[], atMs: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.recordedAtMs ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
