import type { RecordView } from '../../audit/questions/audit-api.ts';
import { csvLine } from './csv-text.ts';
import { RECORD_COLUMNS, recordLines } from './record-lines.ts';

/** The head of the CSV, which is written even if no record follows. */
export const RECORDS_CSV_HEAD = csvLine(RECORD_COLUMNS);

export function recordsCsv(records: readonly RecordView[]): string {
  return records
    .flatMap(recordLines)
    .map((line) => csvLine(RECORD_COLUMNS.map((column) => line[column] ?? '')))
    .join('');
}
