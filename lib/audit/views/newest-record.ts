import { ARCHIVE_TABLE, archiveColumns } from './archive-table.ts';
import { quoted } from './dialect.ts';
import { type Fields, fieldsOfItems, isStruct } from './sql-type.ts';

/**
 * FROM and WHERE of the newest line of each record of a type. Sequence numbers are not padded, so the longer one is the
 * later; a line that the archive holds twice is taken once. The lines are named `c`.
 */
export function newestOf(recordType: 'issuance' | 'request' | 'probe' | 'strangers'): string {
  return `FROM (
  SELECT
    a.*,
    row_number() OVER (
      PARTITION BY a.recordid ORDER BY length(a.sequencenumber) DESC, a.sequencenumber DESC
    ) AS newest
  FROM ${ARCHIVE_TABLE} AS a
  WHERE a.recordtype = '${recordType}'
) AS c
WHERE c.newest = 1`;
}

/** An attribute of a line's record, or one inside it. Throws a `TypeError` where records have no such attribute. */
export function attribute(...path: readonly string[]): string {
  let fields = recordFields();
  let written = 'c.record';
  for (const name of path) {
    const type = fields[name];
    if (type === undefined) throw new TypeError(`no record has ${path.join('.')}`);
    written += `.${quoted(name)}`;
    fields = isStruct(type) ? type.struct : {};
  }
  return written;
}

/** The fields of the items of one of a record's lists. */
export function fieldsIn(list: 'attempts' | 'trail'): Fields {
  return fieldsOfItems(recordFields()[list]);
}

function recordFields(): Fields {
  const { record } = archiveColumns;
  return record !== undefined && isStruct(record) ? record.struct : {};
}
