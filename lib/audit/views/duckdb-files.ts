import { stat } from 'node:fs/promises';
import path from 'node:path';
import { makeDirectorySource } from '../../platform/directory-source.ts';
import { readChangeObjectKey } from '../archive/archive-keys.ts';
import { SqlProblem } from './sql-answer.ts';

/** The files that DuckDB is to read, and the paths that it may open for that. */
export type ReadableFiles = {
  /** Absolute paths. */
  readonly files: readonly string[];
};

/** `YYYY-MM-DD`, both included; left out, the range has no beginning or no end. */
export type DayRange = { readonly from?: string | undefined; readonly to?: string | undefined };

/** The characters that DuckDB would take for a pattern. */
const PATTERN = /[*?[\]{}]/;
/** Digests and insights are stored beside the records but are not records. */
const NO_RECORDS = /(?:^|\/)CloudTrail-(?:Digest|Insight|Aggregated)\//;
const RECORDS = /\.(?:json|jsonl|ndjson)(?:\.gz)?$/;

/** The archive's lines of these days, from a copy of its bucket. Throws `SqlProblem` where there is nothing to read. */
export async function archiveFiles(directory: string, { from = '', to = '9999' }: DayRange): Promise<ReadableFiles> {
  return readable(directory, 'of the archive', (key) => {
    const [, day = ''] = /^changes\/dt=([\d-]{10})\//.exec(key) ?? [];
    return readChangeObjectKey(key.replace(/\.gz$/, '')) !== undefined && day >= from && day <= to;
  });
}

/** CloudTrail's files, packed or not, in whatever folders; or one such file. Throws `SqlProblem`. */
export async function cloudTrailFiles(place: string): Promise<ReadableFiles> {
  return readable(place, "of CloudTrail's records", (key) => RECORDS.test(key) && !NO_RECORDS.test(key));
}

async function readable(place: string, what: string, isWanted: (key: string) => boolean): Promise<ReadableFiles> {
  const root = path.resolve(place);
  const keys: string[] = [];
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(root)).isDirectory();
    for await (const { key } of makeDirectorySource(root).list()) if (isWanted(key)) keys.push(key);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new SqlProblem('dataUnreadable', `${place} cannot be read (${code}).`, error);
  }
  if (keys.length === 0) throw new SqlProblem('dataUnreadable', `${place} holds no file ${what} for these days.`);
  const files = isDirectory ? keys.map((key) => path.join(root, key)) : [root];
  const odd = files.find((file) => PATTERN.test(file));
  if (odd !== undefined) {
    throw new SqlProblem(
      'dataUnreadable',
      `${odd} has one of * ? [ ] { } in its name, which DuckDB takes for a pattern.`,
    );
  }
  return { files };
}
