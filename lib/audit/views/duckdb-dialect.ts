import { type Dialect, knownField, textLiteral } from './dialect.ts';

/** The SQL of DuckDB. */
export const duckDbDialect: Dialect = {
  name: 'duckdb',
  timeOfMs: (ms) => `make_timestamp_ms(${ms})`,
  timeOfText: (text) => `TRY_CAST(${text} AS TIMESTAMP)`,
  msOfText: (text) => `epoch_ms(TRY_CAST(${text} AS TIMESTAMP))`,
  nowMs: 'epoch_ms(current_timestamp)',
  jsonText: (column, path) => `json_extract_string(${column}, ${textLiteral(path)})`,
  countOf: (list) => `len(${list})`,
  joinedTexts: (text) => `array_to_string(list_sort(list(DISTINCT ${text}) FILTER (WHERE ${text} IS NOT NULL)), ', ')`,
  itemsOf: (list, { as, fields }) => ({
    join: `CROSS JOIN UNNEST(${list}) AS ${as} (item)`,
    field: (name) => `${as}.item.${knownField(fields, name)}`,
  }),
};
