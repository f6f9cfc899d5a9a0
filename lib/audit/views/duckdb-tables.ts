import { ARCHIVE_TABLE, archiveColumns } from './archive-table.ts';
import { CLOUDTRAIL_TABLE, cloudTrailColumns } from './cloudtrail-table.ts';
import { textLiteral } from './dialect.ts';
import { duckDbType, type Fields } from './sql-type.ts';

/**
 * The tables over files, as DuckDB reads them: they have the columns of Athena's tables, with types stated and not
 * guessed, so that a file in which an attribute is missing reads like any other.
 */

/** CloudTrail puts up to 50 MB of JSON into one document. */
const LARGEST_DOCUMENT_BYTES = 64 * 1_024 * 1_024;

/** The files hold lines, under `dt=YYYY-MM-DD`, which becomes a column. */
export function archiveTableOf(files: readonly string[]): readonly string[] {
  return [
    `SET VARIABLE archive_files = ${textList(files)}`,
    `CREATE VIEW ${ARCHIVE_TABLE} AS
SELECT * FROM read_json(getvariable('archive_files'), format = 'newline_delimited',
  hive_partitioning = true, hive_types_autocast = false, columns = ${typed(archiveColumns)})`,
  ];
}

/**
 * The files hold documents of `Records`, or a record a line. The session tokens and external IDs of STS's records are
 * left out, because no question needs them and a terminal might keep them.
 */
export function cloudTrailTableOf(files: readonly string[]): readonly string[] {
  const names = Object.keys(cloudTrailColumns);
  const shown = (row: string) => names.map((name) => `  ${shownColumn(`${row}."${name}"`, row, name)}`).join(',\n');
  return [
    `SET VARIABLE cloudtrail_files = ${textList(files)}`,
    `CREATE VIEW cloudtrail_documents AS
SELECT * FROM read_json(getvariable('cloudtrail_files'), format = 'unstructured',
  maximum_object_size = ${LARGEST_DOCUMENT_BYTES},
  columns = ${typed({ Records: { list: { struct: cloudTrailColumns } }, ...cloudTrailColumns })})`,
    `CREATE VIEW ${CLOUDTRAIL_TABLE} AS
SELECT
${shown('r')}
FROM (SELECT unnest("Records") AS r FROM cloudtrail_documents WHERE "Records" IS NOT NULL)
UNION ALL
SELECT
${shown('d')}
FROM cloudtrail_documents AS d
WHERE d."Records" IS NULL AND d."eventName" IS NOT NULL`,
  ];
}

function shownColumn(value: string, row: string, name: string): string {
  const column = name.toLowerCase();
  const without = {
    responseElements: '{"credentials":{"sessionToken":null}}',
    requestParameters: '{"externalId":null}',
  };
  const dropped = Object.entries(without).find(([dropping]) => dropping === name)?.[1];
  if (dropped === undefined) return `${value} AS ${column}`;
  return `CASE
    WHEN ${value} IS NOT NULL AND ${row}."eventSource" = 'sts.amazonaws.com'
      THEN json_merge_patch(${value}, ${textLiteral(dropped)})
    ELSE ${value}
  END AS ${column}`;
}

function typed(fields: Fields): string {
  const types = Object.entries(fields).map(([name, type]) => `"${name}": ${textLiteral(duckDbType(type))}`);
  return `{${types.join(', ')}}`;
}

function textList(texts: readonly string[]): string {
  return `[${texts.map(textLiteral).join(', ')}]`;
}
