import { type Dialect, knownField, quoted, textLiteral } from './dialect.ts';

/**
 * The SQL of Athena, which is Trino's. Source: Athena User Guide, "Functions in Amazon Athena" (engine version 3);
 * Trino documentation, "Date and time functions", "JSON functions", "SELECT" on UNNEST.
 */
export const athenaDialect: Dialect = {
  name: 'athena',
  timeOfMs: (ms) => utc(`from_unixtime(${ms} / 1e3)`),
  timeOfText: (text) => utc(`try(from_iso8601_timestamp(${text}))`),
  msOfText: (text) => milliseconds(`try(from_iso8601_timestamp(${text}))`),
  nowMs: milliseconds('current_timestamp'),
  jsonText: (column, path) => `json_extract_scalar(${column}, ${textLiteral(path)})`,
  countOf: (list) => `cardinality(${list})`,
  joinedTexts: (text) => `array_join(array_sort(array_agg(DISTINCT ${text}) FILTER (WHERE ${text} IS NOT NULL)), ', ')`,
  // UNNEST turns a list of structs into a column for each of their fields, in their order.
  itemsOf: (list, { as, fields }) => ({
    join: `CROSS JOIN UNNEST(${list}) AS ${as} (${Object.keys(fields).map(quoted).join(', ')})`,
    field: (name) => `${as}.${knownField(fields, name)}`,
  }),
};

function utc(timestamp: string): string {
  return `CAST(${timestamp} AT TIME ZONE 'UTC' AS timestamp(3))`;
}

function milliseconds(timestamp: string): string {
  return `CAST(to_unixtime(${timestamp}) * 1e3 AS bigint)`;
}
