import { ARCHIVE_PARTITION } from './archive-table.ts';
import { athenaDialect } from './athena-dialect.ts';
import { CLOUDTRAIL_TABLE, cloudTrailColumns } from './cloudtrail-table.ts';
import { quoted, textLiteral } from './dialect.ts';
import { namesIn } from './names-in-query.ts';
import type { ViewContext } from './view.ts';
import { neededBy } from './views.ts';

export type AthenaQuery = {
  readonly query: string;
  /** The database of Glue. */
  readonly database: string;
  readonly days: Days;
  readonly context: Omit<ViewContext, 'dialect'>;
};

/** SQL expressions of the form `YYYY-MM-DD`, both included: they say which partitions are read. */
export type Days = { readonly from: string; readonly to: string };

/**
 * The query in the form that Athena takes: Athena has no views of ours, so those that the query names are put before
 * it, in a WITH. If the query begins with a WITH of its own, that WITH is continued.
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

/** White space and comments before the first word. */
const LEADING = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/;
const OWN_WITH = new RegExp(`${LEADING.source}with\\s+(recursive\\s+)?([\\s\\S]*)$`, 'i');

/** The selection has the name of the whole table, so a query that names the table reads only these days of it. */
function selectDays(table: string, { database, days }: Pick<AthenaQuery, 'database' | 'days'>): string {
  const from = partitionOf(table, days.from);
  const to = partitionOf(table, days.to);
  const name = `"${database}"."${table}"`;
  return `SELECT ${shownColumns(table)} FROM ${name} WHERE ${ARCHIVE_PARTITION} >= ${from} AND ${ARCHIVE_PARTITION} <= ${to}`;
}

/**
 * CloudTrail's records hold session tokens and external IDs in full: no question needs them, and Athena's answers rest
 * in a bucket. A query that names the table by its database, and not by its own name alone, still reads them.
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

/** The SQL expression of a known day. */
export function dayLiteral(day: string): string {
  return textLiteral(day);
}

/** The last `count` days, including today, whenever the query runs. */
export function lastDays(count: number): Days {
  const day = (ago: number) => `date_format(current_timestamp - interval '${ago}' day, '%Y-%m-%d')`;
  return { from: day(count - 1), to: day(0) };
}
