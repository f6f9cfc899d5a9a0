import { ARCHIVE_PARTITION } from './archive-table.ts';
import { athenaDialect } from './athena-dialect.ts';
import { CLOUDTRAIL_TABLE, cloudTrailColumns } from './cloudtrail-table.ts';
import { quoted, textLiteral } from './dialect.ts';
import { namesIn } from './names-in-query.ts';
import type { ViewContext } from './view.ts';
import { neededBy } from './views.ts';

export type AthenaQuery = {
  readonly query: string;
  /** Of Glue. */
  readonly database: string;
  readonly days: Days;
  readonly context: Omit<ViewContext, 'dialect'>;
};

/** SQL expressions of `YYYY-MM-DD`, both included: which partitions are read. */
export type Days = { readonly from: string; readonly to: string };

/**
 * The query as Athena takes it: there are no views there, so what it names of them stands before it, in a WITH. A query that
 * begins with a WITH of its own goes on with it.
 */
export function athenaQuery({ query, database, days, context }: AthenaQuery): string {
  const { views, tables } = neededBy(namesIn(query));
  const parts = [
    ...tables.map((table) => `${table} AS (\n${selectDays(table, { database, days })}\n)`),
    ...views.map((view) => `${view.name} AS (\n${view.select({ ...context, dialect: athenaDialect })}\n)`),
  ];
  if (parts.length === 0) return query;
  const [, recursive = '', rest] = OWN_WITH.exec(query) ?? [];
  const own = rest === undefined ? `\n${query.replace(LEADING, '')}` : `,\n${rest}`;
  return `WITH ${recursive === '' ? '' : 'RECURSIVE '}${parts.join(',\n')}${own}`;
}

/** Spaces and comments before the first word. */
const LEADING = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/;
const OWN_WITH = new RegExp(`${LEADING.source}with\\s+(recursive\\s+)?([\\s\\S]*)$`, 'i');

/** The table has the name of the whole one: a query that names it reads these days of it. */
function selectDays(table: string, { database, days }: Pick<AthenaQuery, 'database' | 'days'>): string {
  const from = partitionOf(table, days.from);
  const to = partitionOf(table, days.to);
  const name = `"${database}"."${table}"`;
  return `SELECT ${shownColumns(table)} FROM ${name} WHERE ${ARCHIVE_PARTITION} >= ${from} AND ${ARCHIVE_PARTITION} <= ${to}`;
}

/**
 * Session tokens and external IDs stand in CloudTrail's records in full: no question needs them, and what Athena answers
 * rests in a bucket. A query that goes around its own table's name, by the database's, still reads them.
 */
function shownColumns(table: string): string {
  if (table !== CLOUDTRAIL_TABLE) return '*';
  const columns = Object.keys(cloudTrailColumns).map((name) => {
    const secret = SECRETS.get(name);
    const column = quoted(name);
    if (secret === undefined) return column;
    return `regexp_replace(${column}, '"${secret}"\\s*:\\s*"[^"]*"', '"${secret}":null') AS ${column}`;
  });
  return [...columns, ARCHIVE_PARTITION].join(', ');
}

const SECRETS: ReadonlyMap<string, string> = new Map([
  ['requestParameters', 'externalId'],
  ['responseElements', 'sessionToken'],
]);

/** CloudTrail writes its days with slashes, the archive with hyphens. */
function partitionOf(table: string, day: string): string {
  return table === CLOUDTRAIL_TABLE ? `replace(${day}, '-', '/')` : day;
}

/** A day that is known. */
export function dayLiteral(day: string): string {
  return textLiteral(day);
}

/** The last days, today with them, whenever the query runs. */
export function lastDays(count: number): Days {
  const day = (ago: number) => `date_format(current_timestamp - interval '${ago}' day, '%Y-%m-%d')`;
  return { from: day(count - 1), to: day(0) };
}
