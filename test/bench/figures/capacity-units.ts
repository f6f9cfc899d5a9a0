import { isDeepStrictEqual } from 'node:util';
import { itemBytes } from './item-size.ts';

export type Item = Readonly<Record<string, unknown>>;

/** A table as `config/resources/tables.yml` has it, as far as units go by it. */
export type TableShape = {
  readonly keys: readonly string[];
  readonly indexes: readonly IndexShape[];
};
export type IndexShape = {
  readonly name: string;
  readonly keys: readonly string[];
  readonly projected: 'all' | readonly string[];
};

const WRITE_BYTES = 1_024;
const READ_BYTES = 4_096;

/**
 * Write units of one write that happened: of the table, the larger of the item before and after; of each index, what the
 * write put into it, took out of it or changed there. Source: DynamoDB Developer Guide, "Write capacity unit consumption"
 * and "Using global secondary indexes, Provisioned throughput considerations".
 */
export function writeUnits(table: TableShape, before: Item | undefined, after: Item | undefined): number {
  const own = unitsOf(Math.max(bytesOf(before), bytesOf(after)));
  return table.indexes.reduce((units, index) => units + indexUnits(table, index, { before, after }), own);
}

/** A write whose condition did not hold costs what the item that is there would. */
export function refusedWriteUnits(there: Item | undefined): number {
  return unitsOf(bytesOf(there));
}

/** Read units of reading so many bytes at once: a half for each 4 KB, and twice that when the read is consistent. */
export function readUnits(bytes: number, { consistent }: { readonly consistent: boolean }): number {
  const blocks = Math.max(1, Math.ceil(bytes / READ_BYTES));
  return consistent ? blocks : blocks / 2;
}

/** Undefined: the item is not in this index. */
export function inIndex(table: TableShape, index: IndexShape, item: Item | undefined): Item | undefined {
  if (item === undefined || index.keys.some((key) => item[key] === undefined)) return undefined;
  if (index.projected === 'all') return item;
  const names = new Set([...table.keys, ...index.keys, ...index.projected]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

type Change = { readonly before: Item | undefined; readonly after: Item | undefined };

function indexUnits(table: TableShape, index: IndexShape, { before, after }: Change): number {
  const was = inIndex(table, index, before);
  const is = inIndex(table, index, after);
  if (was === undefined && is === undefined) return 0;
  if (was === undefined || is === undefined) return unitsOf(bytesOf(was ?? is));
  if (isDeepStrictEqual(was, is)) return 0;
  // Under another key the entry is taken out and put in again.
  if (index.keys.some((key) => was[key] !== is[key])) return unitsOf(bytesOf(was)) + unitsOf(bytesOf(is));
  return unitsOf(Math.max(bytesOf(was), bytesOf(is)));
}

function bytesOf(item: Item | undefined): number {
  return item === undefined ? 0 : itemBytes(item);
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}
