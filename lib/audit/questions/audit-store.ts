import type { ledgerIndexes } from '../../platform/table-keys.ts';
import type { Cost } from './audit-api.ts';

/** The indexes that list records by the time of their record. */
export type TimedIndex = 'byTenant' | 'byAccount' | 'byDay' | 'byException';
/** The indexes that lead from a name to the few records that bear it. */
export type NameIndex = 'byAccessKey' | 'byStsRequest';

/** What an index has of a record beside its keys. All of it never changes. */
export const INDEXED = ['recordType', 'tenantId', 'accountId', 'job', 'requester'] as const;
export type IndexFilter = { readonly [Name in (typeof INDEXED)[number]]?: string };

/** Where a record stands in a list. */
export type RowPosition = { readonly recordedAtMs: number; readonly recordId: string };
export type DuePosition = { readonly dueAtMs: number; readonly recordId: string };

export type RangeQuery = {
  readonly index: TimedIndex;
  /** Of the partition: made from the question, never from a cursor. */
  readonly value: string;
  /** Both included. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly filter: IndexFilter;
  readonly order: 'newestFirst' | 'oldestFirst';
  /** The last row that was looked at before. */
  readonly after?: RowPosition | undefined;
  /** Rows to look at, at the most; those that the filter leaves are answered. */
  readonly limit: number;
};

export type RowPage<Position> = {
  readonly rows: readonly Position[];
  /** The last row that was looked at; undefined: there are no more. */
  readonly next?: Position;
};

/**
 * What the audit reads, of one question: everything is counted. Errors are `store.*`. What an index finds may lag behind by
 * seconds; what is read by key is consistent.
 */
export type AuditStore = {
  queryRange(query: RangeQuery): Promise<RowPage<RowPosition>>;
  /** Ids of the records that bear this name; a hundred at the most, and there are never that many. */
  queryName(index: NameIndex, value: string): Promise<readonly string[]>;
  /** What is still open, in the order in which it is due. */
  queryDue(options: {
    readonly after?: DuePosition | undefined;
    readonly limit: number;
  }): Promise<RowPage<DuePosition>>;
  /** Items as they stand, by id. `attributes` never name a ticket. */
  readItems(ids: readonly string[], attributes: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  readCorrelatedUpToMs(): Promise<number | undefined>;
  /** The settings of a tenant, per job; undefined when there is no such tenant. */
  readSettings(tenantId: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  cost(): Cost;
};

/** The attribute that is the partition key of an index. */
export const PARTITION_KEYS = {
  byTenant: 'tenantId',
  byAccount: 'accountId',
  byDay: 'day',
  byException: 'exception',
  byAccessKey: 'lastAccessKeyId',
  byStsRequest: 'lastStsRequestId',
} as const satisfies Readonly<Record<Exclude<keyof typeof ledgerIndexes, 'due'>, string>>;
