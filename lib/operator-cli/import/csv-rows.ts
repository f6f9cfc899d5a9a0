import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import * as v from 'valibot';
import { CommandError, usageError } from '../command-error.ts';
import { unreadable } from '../option-values.ts';

/** A row of a file with a head, and the line where the row ends. Empty cells are left out. */
export type CsvRow = { readonly line: number; readonly cells: Readonly<Record<string, string>> };

const rowSchema = v.object({
  record: v.record(v.string(), v.string()),
  info: v.object({ lines: v.number() }),
});
/** Limits a row, because an unclosed quotation mark would make the parser hold the rest of the file. */
const LONGEST_ROW = 256 * 1024;

/** Reads a CSV file row by row; `look` sees its bytes. Throws `cli.usage` for a file that is not CSV. */
export async function* csvRows(
  option: string,
  file: string,
  look: (bytes: Uint8Array) => void = () => undefined,
): AsyncGenerator<CsvRow> {
  const source = createReadStream(file);
  const parser = parse({
    bom: true,
    columns: (head: string[]) => readHead(option, head),
    info: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: LONGEST_ROW,
  });
  source.on('error', (error) => parser.destroy(error));
  source.on('data', (bytes) => look(Buffer.from(bytes)));
  source.pipe(parser);
  try {
    for await (const row of parser) {
      const { record, info } = v.parse(rowSchema, row);
      yield { line: info.lines, cells: Object.fromEntries(Object.entries(record).filter(([, cell]) => cell !== '')) };
    }
  } catch (error) {
    throw explain(error, { option, file });
  } finally {
    source.destroy();
  }
}

function readHead(option: string, head: readonly string[]): string[] {
  const names = head.map((name) => name.trim());
  const twice = names.find((name, index) => name === '' || names.indexOf(name) < index);
  if (twice === undefined) return names;
  throw usageError(`--${option}: the head has a column twice, or one without a name.`, 'Name each column once.');
}

function explain(error: unknown, { option, file }: { readonly option: string; readonly file: string }): unknown {
  if (error instanceof CommandError || !(error instanceof Error)) return error;
  if (!('code' in error) || typeof error.code !== 'string') return error;
  if (!error.code.startsWith('CSV_')) return unreadable(option, file, error);
  const line = 'lines' in error && typeof error.lines === 'number' ? ` near line ${error.lines}` : '';
  return usageError(`--${option}: ${file} is not CSV${line} (${error.code}).`, 'Correct the file; nothing was sent.');
}
