import type { ledgerIndexes } from '../../platform/table-keys.ts';
import type { Cost } from './audit-api.ts';

/** The indexes that list records by the time of their record. */
export type TimedIndex = 'byTenant' | 'byAccount' | 'byDay' | 'byException';
/** The indexes that lead from a name to the few records that bear it. */
export type NameIndex = 'byAccessKey' | 'byStsRequest';

/** The attributes of a record that an index has beside its keys. None of them ever changes. */
export const INDEXED = ['recordType', 'tenantId', 'accountId', 'job', 'requester'] as const;
export type IndexFilter = { readonly [Name in (typeof INDEXED)[number]]?: string };

/** The position of a record in a list. */
export type RowPosition = { readonly recordedAtMs: number; readonly recordId: string };
export type DuePosition = { readonly dueAtMs: number; readonly recordId: string };

export type RangeQuery = {
  readonly index: TimedIndex;
  /** The value of the partition key: made from the question, never from a cursor. */
  readonly value: string;
  /** Both ends are included. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly filter: IndexFilter;
  readonly order: 'newestFirst' | 'oldestFirst';
  /** The last row that the page before looked at. */
  readonly after?: RowPosition | undefined;
  /** The most rows to look at; those that pass the filter are returned. */
  readonly limit: number;
};

export type RowPage<Position> = {
  readonly rows: readonly Position[];
  /** The last row that was looked at; undefined when there are no more rows. */
  readonly next?: Position;
};

/**
 * The reads of the audit for one question, all of them counted. Errors are `store.*`. What an index finds may lag
 * behind by seconds; what is read by key is consistent.
 */
export type AuditStore = {
  queryRange(query: RangeQuery): Promise<RowPage<RowPosition>>;
  /** The ids of the records that bear this name: a hundred at the most, and there are never that many. */
  queryName(index: NameIndex, value: string): Promise<readonly string[]>;
  /** The rows of what is still open, in the order in which they are due. */
  queryDue(options: {
    readonly after?: DuePosition | undefined;
    readonly limit: number;
  }): Promise<RowPage<DuePosition>>;
  /** The items as they are stored, by id. `attributes` never name a ticket. */
  readItems(ids: readonly string[], attributes: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  readCorrelatedUpToMs(): Promise<number | undefined>;
  /** The tenant's settings for each job; undefined when there is no such tenant. */
  readSettings(tenantId: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  cost(): Cost;
};

/** The attribute that is the partition key of each index. */
export const PARTITION_KEYS = {
  byTenant: 'tenantId',
  byAccount: 'accountId',
  byDay: 'day',
  byException: 'exception',
  byAccessKey: 'lastAccessKeyId',
  byStsRequest: 'lastStsRequestId',
} as const satisfies Readonly<Record<Exclude<keyof typeof ledgerIndexes, 'due'>, string>>;
