import type { Issuance } from '../../ledger/issuance.ts';
import type { IssuanceView } from './audit-api.ts';
import type { AuditStore, DuePosition, IndexFilter } from './audit-store.ts';
import type { ListPlan } from './list-plan.ts';
import { type ListPage, listRecords, type Reading } from './list-records.ts';
import type { PagePosition } from './page-cursor.ts';
import { MOST_READ, mayReadOn } from './read-cost.ts';
import { readRecords } from './read-views.ts';
import { isLive, issuanceView } from './view-of-record.ts';

/** A session lives an hour at the most, and is made within minutes of its record unless something delayed it. */
const RECENT_MS = 65 * 60_000;
const READ_AT_ONCE = 100;

export type LiveAsked = {
  readonly filter: Omit<IndexFilter, 'recordType'>;
  readonly from: PagePosition | undefined;
  readonly limit: number;
};

/**
 * Sessions that may be used now. First come the issuances of the last 65 minutes, open or not, newest first; then the
 * older ones among those that are still open. The list misses a session that was made late, of an issuance that was
 * recorded before that and has been settled since.
 */
export async function listLiveSessions({ filter, from, limit }: LiveAsked, reading: Reading): Promise<ListPage> {
  const recentFromMs = from?.fromMs ?? Math.max(0, reading.nowMs - RECENT_MS);
  if (from?.part === 'open') return listOpen({ filter, from, limit }, { ...reading, recentFromMs });
  const plan: ListPlan = {
    index: 'byDay',
    filter: { ...filter, recordType: 'issuance' },
    keep: (record) => record.recordType === 'issuance' && isLive(record, reading.nowMs),
    fromMs: recentFromMs,
    untilMs: reading.nowMs + RECENT_MS,
    isFromChosen: true,
  };
  const recent = await listRecords(plan, { from, limit }, reading);
  if (recent.next !== undefined) return { records: recent.records, next: { ...recent.next, fromMs: recentFromMs } };
  const left = limit - recent.records.length;
  const begin: PagePosition = { part: 'open', atMs: 0, fromMs: recentFromMs };
  const { store, remainingMs } = reading;
  if (left === 0 || !mayReadOn(store.cost(), remainingMs())) return { records: recent.records, next: begin };
  const open = await listOpen({ filter, from: begin, limit: left }, { ...reading, recentFromMs });
  return { ...open, records: [...recent.records, ...open.records] };
}

type OpenReading = Reading & { readonly recentFromMs: number };

/** The open issuances, in the order in which they are due; those of the last 65 minutes were listed before. */
async function listOpen({ filter, from, limit }: LiveAsked, reading: OpenReading): Promise<ListPage> {
  const { store, nowMs, remainingMs, recentFromMs } = reading;
  const records: IssuanceView[] = [];
  let at: DuePosition | undefined = from?.id === undefined ? undefined : { dueAtMs: from.atMs, recordId: from.id };
  let read = 0;
  do {
    const page = await store.queryDue({ after: at, limit: READ_AT_ONCE });
    const found = await readOpen(page.rows, store);
    at = page.next;
    read += page.rows.length;
    const live = found.filter(({ issuance }) => isWanted(issuance, { filter, nowMs, recentFromMs }));
    for (const { row, issuance } of live) {
      records.push(issuanceView(issuance, nowMs));
      if (records.length === limit) return { records, next: openFrom(row, recentFromMs) };
    }
  } while (at !== undefined && read < MOST_READ && mayReadOn(store.cost(), remainingMs()));
  return { records, ...(at === undefined ? {} : { next: openFrom(at, recentFromMs) }) };
}

function openFrom({ dueAtMs, recordId }: DuePosition, fromMs: number): PagePosition {
  return { part: 'open', atMs: dueAtMs, id: recordId, fromMs };
}

async function readOpen(rows: readonly DuePosition[], store: AuditStore) {
  const found = await readRecords(
    rows.map(({ recordId }) => recordId),
    store,
  );
  return rows.flatMap((row) => {
    const record = found.get(row.recordId);
    return record?.recordType === 'issuance' ? [{ row, issuance: record }] : [];
  });
}

type Wanted = Pick<LiveAsked, 'filter'> & Pick<OpenReading, 'nowMs' | 'recentFromMs'>;

function isWanted(issuance: Issuance, { filter, nowMs, recentFromMs }: Wanted): boolean {
  const names = ['tenantId', 'accountId', 'job', 'requester'] as const;
  const fits = names.every((name) => filter[name] === undefined || filter[name] === issuance[name]);
  return fits && issuance.recordedAtMs < recentFromMs && isLive(issuance, nowMs);
}
