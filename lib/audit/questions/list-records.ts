import type { RecordView } from './audit-api.ts';
import type { AuditStore, RowPosition } from './audit-store.ts';
import type { Judging } from './judge-observation.ts';
import { type ListPlan, partitionAt } from './list-plan.ts';
import type { PagePosition } from './page-cursor.ts';
import { mayReadOn } from './read-cost.ts';
import type { LedgerRecord } from './read-record.ts';
import { readRecords, viewsOf } from './read-views.ts';

export type ListPage = {
  readonly records: readonly RecordView[];
  /** Where the next page begins; undefined: everything was looked at. */
  readonly next?: PagePosition;
};

export type Reading = Judging & {
  readonly store: AuditStore;
  readonly remainingMs: () => number;
};

/** Rows that one Query looks at where a filter may leave few of them. */
const ROWS_AT_ONCE = 1_000;

/** One page of a list, the newest first, from this position on: as many as asked for, or as the budget gives. */
export async function listRecords(
  plan: ListPlan,
  { from, limit }: { readonly from: PagePosition | undefined; readonly limit: number },
  reading: Reading,
): Promise<ListPage> {
  const { store, remainingMs } = reading;
  const found: LedgerRecord[] = [];
  let at: PagePosition | undefined = from ?? { atMs: plan.untilMs + 1 };
  let isFirst = true;
  while (at !== undefined && found.length < limit && (isFirst || mayReadOn(store.cost(), remainingMs()))) {
    isFirst = false;
    const step = await lookOn(plan, { at, limit: limit - found.length }, store);
    found.push(...step.records);
    at = step.next;
  }
  return { records: await viewsOf(found, reading), ...(at === undefined ? {} : { next: at }) };
}

type Step = { readonly records: readonly LedgerRecord[]; readonly next: PagePosition | undefined };
type Wanted = { readonly at: PagePosition; readonly limit: number };

/** One Query, and the records of the rows that it gave. */
async function lookOn(plan: ListPlan, { at, limit }: Wanted, store: AuditStore): Promise<Step> {
  const untilMs = at.id === undefined ? at.atMs - 1 : at.atMs;
  if (untilMs < plan.fromMs) return { records: [], next: undefined };
  const partition = partitionAt(plan, untilMs);
  const isFiltered = Object.keys(plan.filter).length > 0 || plan.keep !== undefined;
  const page = await store.queryRange({
    ...partition,
    index: plan.index,
    untilMs,
    filter: plan.filter,
    order: 'newestFirst',
    after: at.id === undefined ? undefined : { recordedAtMs: at.atMs, recordId: at.id },
    limit: isFiltered ? ROWS_AT_ONCE : limit,
  });
  const end = page.next === undefined ? beforeDay(plan, partition.fromMs) : positionOf(page.next);
  return takeRows(page.rows, { end, limit, keep: plan.keep, store });
}

type Taking = {
  readonly end: PagePosition | undefined;
  readonly limit: number;
  readonly keep: ListPlan['keep'];
  readonly store: AuditStore;
};

/** As many of the rows as are wanted; what is left over is looked at again by the next page. */
async function takeRows(rows: readonly RowPosition[], { end, limit, keep, store }: Taking): Promise<Step> {
  // What only the record itself tells is known once it is read: of those more are read than are wanted.
  const looked = rows.slice(0, keep === undefined ? limit : Math.max(limit, READ_AT_ONCE));
  const records = await readRecords(
    looked.map(({ recordId }) => recordId),
    store,
  );
  const taken: LedgerRecord[] = [];
  for (const row of looked) {
    const record = records.get(row.recordId);
    if (record === undefined || keep?.(record) === false) continue;
    taken.push(record);
    if (taken.length === limit) return { records: taken, next: after(row, { rows, end }) };
  }
  const last = looked.at(-1);
  return { records: taken, next: last === undefined ? end : after(last, { rows, end }) };
}

const READ_AT_ONCE = 100;

/** Behind the last row there is what the index said; behind another one, the next row. */
function after(row: RowPosition, { rows, end }: { readonly rows: readonly RowPosition[]; readonly end: Step['next'] }) {
  return row === rows.at(-1) ? end : positionOf(row);
}

function positionOf({ recordedAtMs, recordId }: RowPosition): PagePosition {
  return { atMs: recordedAtMs, id: recordId };
}

/** Behind the last row of a day there is the day before. */
function beforeDay({ value, fromMs }: ListPlan, beginMs: number): PagePosition | undefined {
  return value !== undefined || beginMs <= fromMs ? undefined : { atMs: beginMs };
}
