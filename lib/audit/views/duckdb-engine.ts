import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import manifest from '../../../package.json' with { type: 'json' };
import { textLiteral } from './dialect.ts';
import { duckDbDialect } from './duckdb-dialect.ts';
import type { ReadableFiles } from './duckdb-files.ts';
import { archiveTableOf, cloudTrailTableOf } from './duckdb-tables.ts';
import { type SqlAnswer, type SqlEngine, type SqlOptions, SqlProblem, type SqlRow, wholeNumber } from './sql-answer.ts';
import type { ViewContext } from './view.ts';
import { auditViews, neededBy } from './views.ts';

export type DuckDbData = {
  readonly archive: ReadableFiles | undefined;
  readonly cloudtrail: ReadableFiles | undefined;
  readonly context: Omit<ViewContext, 'dialect'>;
};
export type DuckDb = SqlEngine & { close(): Promise<void> };
type Api = typeof import('@duckdb/node-api');

const PROGRESS_EVERY_MS = 500;

/**
 * DuckDB in memory, over these files and no others: queries cannot reach the network, other files, extensions or
 * settings. Only statements that read are run, because DuckDB could write into the directories that it may read. Throws
 * `SqlProblem`.
 */
export async function openDuckDb(data: DuckDbData, load: () => Promise<Api> = loadDuckDb): Promise<DuckDb> {
  const api = await load();
  const spill = await mkdtemp(path.join(tmpdir(), 'broker-sql-'));
  const instance = await api.DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const close = async () => {
    connection.closeSync();
    instance.closeSync();
    await rm(spill, { recursive: true, force: true });
  };
  try {
    for (const statement of statementsFor(data, spill)) await connection.run(statement);
  } catch (error) {
    await close();
    throw problemOf(error);
  }
  let isBusy = false;
  const done = () => {
    isBusy = false;
  };
  return {
    query: (sql, options) => {
      // A second query would end the rows of this one silently.
      if (isBusy) throw new TypeError('one query at a time, read to its end');
      isBusy = true;
      return query(sql, { ...options, connection, api, done });
    },
    close,
  };
}

/** This is the only place that loads DuckDB. */
async function loadDuckDb(): Promise<Api> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    const version = manifest.optionalDependencies['@duckdb/node-api'];
    throw new SqlProblem('engineAbsent', `DuckDB is not installed. npm install @duckdb/node-api@${version}`, error);
  }
}

/** The settings are locked last. Source: DuckDB documentation, "Securing DuckDB". */
function statementsFor({ archive, cloudtrail, context }: DuckDbData, spill: string): readonly string[] {
  const list = (paths: readonly string[]) => `[${paths.map(textLiteral).join(', ')}]`;
  return [
    "SET TimeZone = 'UTC'",
    `SET temp_directory = ${textLiteral(spill)}`,
    // Files are allowed, and no directories: a SELECT can begin a log (`enable_logging`), and would write it there.
    `SET allowed_paths = ${list([archive, cloudtrail].flatMap((data) => data?.files ?? []))}`,
    'SET autoinstall_known_extensions = false',
    'SET autoload_known_extensions = false',
    'SET allow_community_extensions = false',
    'SET allow_persistent_secrets = false',
    'SET enable_external_access = false',
    ...(archive === undefined ? [] : archiveTableOf(archive.files)),
    ...(cloudtrail === undefined ? [] : cloudTrailTableOf(cloudtrail.files)),
    ...viewsOver({ archive, cloudtrail, context }),
    'SET lock_configuration = true',
  ];
}

/** Only the views whose tables are there. */
function viewsOver({ archive, cloudtrail, context }: DuckDbData): readonly string[] {
  const there = new Set([...(archive ? ['archive_changes'] : []), ...(cloudtrail ? ['cloudtrail'] : [])]);
  const made = auditViews.filter(({ name }) => neededBy(new Set([name])).tables.every((table) => there.has(table)));
  return made.map((view) => `CREATE VIEW ${view.name} AS\n${view.select({ ...context, dialect: duckDbDialect })}`);
}

type Running = SqlOptions & {
  readonly connection: DuckDBConnection;
  readonly api: Api;
  /** Called whichever way the query ended. */
  readonly done: () => void;
};

async function query(sql: string, running: Running): Promise<SqlAnswer> {
  const { connection, signal } = running;
  try {
    signal.throwIfAborted();
    await refuseWriting(sql, running);
    const result = await watched(connection.stream(sql), running);
    return { columns: result.columnNames(), pages: pagesOf(result, running) };
  } catch (error) {
    running.done();
    signal.throwIfAborted();
    throw problemOf(error);
  }
}

/** `enable_logging` is called in a SELECT, writes files, and ends the process where it may not write. */
const BEGINS_LOG = /\benable_logging\b/i;

async function refuseWriting(sql: string, { connection, api }: Running): Promise<void> {
  if (BEGINS_LOG.test(sql)) throw new SqlProblem('queryWrong', 'Queries only read: enable_logging would write files.');
  const statements = await connection.extractStatements(sql).catch((error: unknown) => {
    // When the text holds only comments, DuckDB gives no message.
    const [, said = 'there is no query in it'] = /: (.+)/s.exec(error instanceof Error ? error.message : '') ?? [];
    throw new SqlProblem('queryWrong', said, error);
  });
  if (statements.count !== 1) throw new SqlProblem('queryWrong', 'That is not one query, but more or none.');
  const { statementType } = await statements.prepare(0);
  if (statementType !== api.StatementType.SELECT) {
    throw new SqlProblem('queryWrong', 'Only queries are run here: SELECT, WITH, DESCRIBE, SUMMARIZE.');
  }
}

async function* pagesOf(result: DuckDBResult, running: Running): AsyncGenerator<readonly SqlRow[]> {
  const isWhole = result.columnTypes().map((type) => /^U?(?:BIG|HUGE)INT$/.test(String(type)));
  const rows = result.yieldRowsJson();
  try {
    for (;;) {
      const next = await watched(rows.next(), running);
      if (next.done === true) return;
      yield next.value.map((row) => row.map((value, column) => cellOf(value, isWhole[column] === true)));
    }
  } catch (error) {
    running.signal.throwIfAborted();
    throw problemOf(error);
  } finally {
    running.done();
  }
}

/** Lists and structs are given as JSON. */
function cellOf(value: unknown, isWhole: boolean): SqlRow[number] {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string') return JSON.stringify(value);
  return isWhole ? wholeNumber(value) : value;
}

async function watched<T>(work: Promise<T>, { connection, signal, onProgress }: Running): Promise<T> {
  const stop = () => connection.interrupt();
  signal.addEventListener('abort', stop, { once: true });
  const timer = setInterval(() => {
    const { percentage } = connection.progress;
    onProgress({ state: 'running', ...(percentage >= 0 && { share: percentage / 100 }) });
  }, PROGRESS_EVERY_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** DuckDB begins its message with the kind of the error. */
function problemOf(error: unknown): SqlProblem {
  if (error instanceof SqlProblem) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [kind = ''] = /^[A-Za-z ]+(?= Error:)/.exec(message) ?? [];
  if (/^(?:IO|Invalid Input|Permission|Conversion)$/.test(kind))
    return new SqlProblem('dataUnreadable', message, error);
  if (/^(?:Parser|Binder|Catalog|Syntax)$/.test(kind)) return new SqlProblem('queryWrong', message, error);
  return new SqlProblem(kind === 'Out of Memory' ? 'tooMuch' : 'engineFailed', message, error);
}
