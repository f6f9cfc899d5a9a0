import type { RecordView } from './audit-api.ts';
import type { AuditStore, RowPosition } from './audit-store.ts';
import { type ListPlan, partitionAt } from './list-plan.ts';
import type { PagePosition } from './page-cursor.ts';
import { MOST_READ, mayReadOn } from './read-cost.ts';
import type { LedgerRecord } from './read-record.ts';
import { countFitting, readRecords, viewsOf } from './read-views.ts';
import type { Judging } from './verdicts-of-observation.ts';

export type ListPage = {
  readonly records: readonly RecordView[];
  /** Where the next page begins; undefined when everything was looked at. */
  readonly next?: PagePosition;
};

export type Reading = Judging & {
  readonly store: AuditStore;
  readonly remainingMs: () => number;
};

/** How many rows one Query looks at where a filter may leave few of them. */
const ROWS_AT_ONCE = 1_000;
const READ_AT_ONCE = 100;

/** One page of a list, newest first, from this position on: as many records as asked for, or as the budget allows. */
export async function listRecords(
  plan: ListPlan,
  { from, limit }: { readonly from: PagePosition | undefined; readonly limit: number },
  reading: Reading,
): Promise<ListPage> {
  const { store, remainingMs } = reading;
  const found: Found[] = [];
  let at: PagePosition | undefined = from ?? { atMs: plan.untilMs + 1 };
  let read = 0;
  do {
    const step: Step = await lookOn(plan, { at, limit: limit - found.length }, store);
    found.push(...step.found);
    at = step.next;
    read += step.read;
  } while (at !== undefined && found.length < limit && read < MOST_READ && mayReadOn(store.cost(), remainingMs()));
  const views = await viewsOf(
    found.map(({ record }) => record),
    reading,
  );
  const fitting = countFitting(views);
  const last = found[fitting - 1];
  const next = last === undefined || fitting === found.length ? at : positionOf(last.row);
  return { records: views.slice(0, fitting), ...(next === undefined ? {} : { next }) };
}

type Found = { readonly row: RowPosition; readonly record: LedgerRecord };
type Step = {
  readonly found: readonly Found[];
  readonly next: PagePosition | undefined;
  /** How many records were read for this step. */
  readonly read: number;
};
type Wanted = { readonly at: PagePosition; readonly limit: number };

/** Makes one Query, and reads the records of the rows that it returned. */
async function lookOn(plan: ListPlan, { at, limit }: Wanted, store: AuditStore): Promise<Step> {
  const untilMs = at.id === undefined ? at.atMs - 1 : at.atMs;
  if (untilMs < plan.fromMs) return { found: [], next: undefined, read: 0 };
  const partition = partitionAt(plan, untilMs);
  const page = await store.queryRange({
    ...partition,
    index: plan.index,
    untilMs,
    filter: plan.filter,
    order: 'newestFirst',
    after: at.id === undefined ? undefined : { recordedAtMs: at.atMs, recordId: at.id },
    limit: rowsAtOnce(plan, limit),
  });
  const end = page.next === undefined ? beforeDay(plan, partition.fromMs) : positionOf(page.next);
  return takeRows(page.rows, { end, limit, keep: plan.keep, store });
}

/** A filter on the kind alone leaves most of the rows; any other filter may leave next to none. */
function rowsAtOnce({ filter, keep }: ListPlan, limit: number): number {
  const { recordType, ...narrow } = filter;
  if (Object.keys(narrow).length > 0) return ROWS_AT_ONCE;
  if (keep !== undefined) return READ_AT_ONCE;
  return recordType === undefined ? limit : 4 * limit;
}

type Taking = {
  readonly end: PagePosition | undefined;
  readonly limit: number;
  readonly keep: ListPlan['keep'];
  readonly store: AuditStore;
};

/** Takes as many of the rows as are wanted; the next page looks at the remaining ones again. */
async function takeRows(rows: readonly RowPosition[], { end, limit, keep, store }: Taking): Promise<Step> {
  // A condition on the record itself can be checked only once the record is read, so more records are read than are
  // wanted.
  const looked = rows.slice(0, keep === undefined ? limit : Math.max(limit, READ_AT_ONCE));
  const records = await readRecords(
    looked.map(({ recordId }) => recordId),
    store,
  );
  const taken: Found[] = [];
  for (const row of looked) {
    const record = records.get(row.recordId);
    if (record === undefined || keep?.(record) === false) continue;
    taken.push({ row, record });
    if (taken.length === limit) return { found: taken, next: after(row, { rows, end }), read: looked.length };
  }
  const last = looked.at(-1);
  return { found: taken, next: last === undefined ? end : after(last, { rows, end }), read: looked.length };
}

/** After the last row, the position that the index gave; after any other row, the position of that row. */
function after(row: RowPosition, { rows, end }: { readonly rows: readonly RowPosition[]; readonly end: Step['next'] }) {
  return row === rows.at(-1) ? end : positionOf(row);
}

function positionOf({ recordedAtMs, recordId }: RowPosition): PagePosition {
  return { atMs: recordedAtMs, id: recordId };
}

/** After the last row of a day, the walk continues with the day before. */
function beforeDay({ value, fromMs }: ListPlan, beginMs: number): PagePosition | undefined {
  return value !== undefined || beginMs <= fromMs ? undefined : { atMs: beginMs };
}
