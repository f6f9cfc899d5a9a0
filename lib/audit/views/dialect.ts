import type { Fields } from './sql-type.ts';

/**
 * What DuckDB and Athena write differently of what the views say. Everything else of a view is SQL that both take. Times are
 * of UTC and without a zone in both; arguments and results are SQL expressions.
 */
export type Dialect = {
  readonly name: 'duckdb' | 'athena';
  /** Of milliseconds since 1970. */
  timeOfMs(ms: string): string;
  /** Of ISO 8601 in UTC, as CloudTrail writes it; NULL for anything else. */
  timeOfText(text: string): string;
  msOfText(text: string): string;
  /** Milliseconds since 1970. */
  readonly nowMs: string;
  /** The text at a path such as `$.credentials.accessKeyId` of a JSON column; NULL where there is none. */
  jsonText(column: string, path: string): string;
  countOf(list: string): string;
  /** Of a group, each text once, in their order: `a, b`. */
  joinedTexts(text: string): string;
  /** What comes after a table in FROM: a row for each struct of its list. */
  itemsOf(list: string, item: { readonly as: string; readonly fields: Fields }): Items;
};

export type Items = {
  readonly join: string;
  /** One of the struct's fields. Throws a `TypeError` for one that it has not. */
  field(name: string): string;
};

/** An attribute as both engines find it: quoted, because some are words of SQL. */
export function quoted(name: string): string {
  return `"${name.toLowerCase()}"`;
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The name, if there is such a field. */
export function knownField(fields: Fields, name: string): string {
  if (fields[name] === undefined) throw new TypeError(`there is no field ${name}`);
  return quoted(name);
}
