import type { Fields } from './sql-type.ts';

/**
 * The parts of the views that DuckDB and Athena write differently. Everything else in a view is SQL that both accept.
 * Times are in UTC and without a zone in both; arguments and results are SQL expressions.
 */
export type Dialect = {
  readonly name: 'duckdb' | 'athena';
  /** The time of milliseconds since 1970. */
  timeOfMs(ms: string): string;
  /** The time of an ISO 8601 text in UTC, as CloudTrail writes it; NULL for any other text. */
  timeOfText(text: string): string;
  msOfText(text: string): string;
  /** The present time in milliseconds since 1970. */
  readonly nowMs: string;
  /** The text at a path such as `$.credentials.accessKeyId` of a JSON column; NULL where there is none. */
  jsonText(column: string, path: string): string;
  countOf(list: string): string;
  /** The texts of a group, each once, in their order: `a, b`. */
  joinedTexts(text: string): string;
  /** The clause after a table in FROM that gives a row for each struct of its list. */
  itemsOf(list: string, item: { readonly as: string; readonly fields: Fields }): Items;
};

export type Items = {
  readonly join: string;
  /** One field of the struct. Throws a `TypeError` for a field that the struct does not have. */
  field(name: string): string;
};

/** The name of an attribute as both engines find it: quoted, because some names are words of SQL. */
export function quoted(name: string): string {
  return `"${name.toLowerCase()}"`;
}

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The quoted name, if there is such a field. */
export function knownField(fields: Fields, name: string): string {
  if (fields[name] === undefined) throw new TypeError(`there is no field ${name}`);
  return quoted(name);
}
