import * as v from 'valibot';
import { issuanceSchema } from '../../ledger/issuance.ts';
import { requestRecordSchema } from '../../ledger/request-record.ts';
import { strangersRecordSchema } from '../../ledger/strangers-record.ts';
import { probeRecordSchema } from '../../probes/probe-record.ts';
import { archivedChangeSchema } from '../archive/archived-change.ts';
import { pointerRecordSchema } from '../archive/telling/pointer-record.ts';
import { observationRecordSchema } from '../correlation/observation-record.ts';
import { fieldsOfSchema, mergedFields } from './schema-type.ts';
import type { Fields } from './sql-type.ts';

/**
 * The table of the archive's lines, as Athena and DuckDB read them. Its columns follow from the schemas that wrote
 * them.
 */
export const ARCHIVE_TABLE = 'archive_changes';

/**
 * The partition, `YYYY-MM-DD`: the day on which the archive wrote the line, which is hardly ever before that of the
 * change.
 */
export const ARCHIVE_PARTITION = 'dt';

const ledgerSchemas: readonly v.GenericSchema[] = [
  issuanceSchema,
  requestRecordSchema,
  probeRecordSchema,
  strangersRecordSchema,
  observationRecordSchema,
  pointerRecordSchema,
];

/** The fields that the record of a line may have, whatever its type. A ticket is in no archive. */
function recordFields(): Fields {
  const { ticket: _, ...fields } = mergedFields(ledgerSchemas.map(fieldsOfSchema));
  return fields;
}

const { record: _, ...ownEntries } = archivedChangeSchema.entries;

export const archiveColumns: Fields = {
  ...fieldsOfSchema(v.strictObject(ownEntries)),
  record: { struct: recordFields() },
};
