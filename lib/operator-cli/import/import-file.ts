import { createHash } from 'node:crypto';
import { findSecret } from '../../onboarding/find-secret.ts';
import { CommandError, usageError } from '../command-error.ts';
import { EXIT_CODES } from '../exit-code.ts';
import { textIn } from '../option-values.ts';
import { csvRows } from './csv-rows.ts';

/** A tenant as it stands in the file; the API decides whether it is valid. */
export type FileLine = { readonly line: number; readonly tenant: unknown };
/** Reads the file from its beginning. A long file is never held as a whole, unless it is JSON. */
export type ReadLines = () => AsyncIterable<FileLine>;

export type ImportFile = {
  /** SHA-256 of the bytes, so that the same file is the same import. */
  readonly importId: string;
  readonly count: number;
  readonly lines: ReadLines;
};

/** The columns whose cells hold lists instead of texts. */
const LISTS = ['jobs', 'accessKeyIds'];
const DOCUMENTS = ['settings', 'schedule'];
const NAMED_LINES = 10;

/**
 * Opens a file of tenants, `.json` (an array of objects) or CSV (a head, then one tenant per line), and reads it
 * through once. Throws, before anything is sent, if the file holds what looks like a secret, holds a tenant twice, or
 * is empty.
 */
export async function openImportFile(file: string): Promise<ImportFile> {
  const hash = createHash('sha256');
  const isJson = /\.json$/i.test(file);
  const json = isJson ? readJson(file) : undefined;
  if (json !== undefined) hash.update(json.text);
  const count = await inspect(
    json === undefined ? csvLines(file, (bytes) => hash.update(bytes)) : jsonLines(json.entries),
  );
  if (count === 0) throw usageError(`--from: there is no tenant in ${file}.`, 'Write one into it.');
  const importId = hash.digest('hex');
  return {
    importId,
    count,
    lines: () => (json === undefined ? sameCsvLines(file, importId) : jsonLines(json.entries)),
  };
}

/** Each step reads a CSV file again, and it must still be the file that was checked. */
async function* sameCsvLines(file: string, importId: string): AsyncGenerator<FileLine> {
  const hash = createHash('sha256');
  yield* csvLines(file, (bytes) => hash.update(bytes));
  if (hash.digest('hex') === importId) return;
  throw usageError(`--from: ${file} was changed while it was read.`, 'Nothing is imported; run the command again.');
}

async function inspect(lines: AsyncIterable<FileLine>): Promise<number> {
  const lineOf = new Map<string, number>();
  const secrets: string[] = [];
  const twice: string[] = [];
  let count = 0;
  for await (const { line, tenant } of lines) {
    count += 1;
    const secret = findSecret(tenant);
    if (secret !== undefined) secrets.push(`line ${line} (${secret})`);
    for (const claim of claimsOf(tenant)) {
      const earlier = lineOf.get(claim);
      if (earlier === undefined) lineOf.set(claim, line);
      else twice.push(`line ${line}: ${claim} stands in line ${earlier} too`);
    }
  }
  if (secrets.length > 0) throw secretRefused(secrets);
  if (twice.length > 0) throw usageError(`--from: ${listed(twice)}`, 'Correct these lines; nothing was imported.');
  return count;
}

/**
 * The values that no two lines may share. Only the CLI can check them across the file, because the API receives a
 * hundred lines at a time.
 */
function claimsOf(tenant: unknown): readonly string[] {
  if (typeof tenant !== 'object' || tenant === null) return [];
  const { tenantId, accessKeyIds } = tenant as { tenantId?: unknown; accessKeyIds?: unknown };
  const keys: readonly unknown[] = Array.isArray(accessKeyIds) ? accessKeyIds : [];
  return [
    ...(typeof tenantId === 'string' ? [`tenantId ${tenantId}`] : []),
    ...keys.flatMap((key) => (typeof key === 'string' ? [`accessKeyId ${key}`] : [])),
  ];
}

function secretRefused(secrets: readonly string[]): CommandError {
  return new CommandError({
    code: 'import.secretRefused',
    message: `What looks like a secret access key stands in ${listed(secrets)}. Nothing was sent.`,
    whatToDo: 'Remove secret keys from the file: only the ids of access keys are taken. Treat the key as leaked.',
    exitCode: EXIT_CODES.refused,
  });
}

function listed(texts: readonly string[]): string {
  const more = texts.length > NAMED_LINES ? `; and ${texts.length - NAMED_LINES} more` : '';
  return `${texts.slice(0, NAMED_LINES).join('; ')}${more}`;
}

async function* csvLines(file: string, look?: (bytes: Uint8Array) => void): AsyncGenerator<FileLine> {
  for await (const { line, cells } of csvRows('from', file, look)) {
    yield {
      line,
      tenant: Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cellValue(name, cell)])),
    };
  }
}

/** A cell that does not fit its column stays as it is: the API says what is wrong with it. */
function cellValue(column: string, cell: string): unknown {
  if (LISTS.includes(column)) return cell.split(/[;,\s]+/).filter((item) => item !== '');
  if (!DOCUMENTS.includes(column)) return cell;
  try {
    return JSON.parse(cell);
  } catch {
    return cell;
  }
}

async function* jsonLines(entries: readonly unknown[]): AsyncGenerator<FileLine> {
  for (const [index, tenant] of entries.entries()) yield { line: index + 1, tenant };
}

function readJson(file: string): { readonly text: string; readonly entries: readonly unknown[] } {
  const text = textIn('from', file);
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return { text, entries: read };
  } catch {
    throw usageError(`--from: ${file} is not JSON.`, 'Correct the file; nothing was sent.');
  }
  throw usageError(`--from: ${file} holds no JSON array.`, 'Write an array of tenants into it; nothing was sent.');
}
