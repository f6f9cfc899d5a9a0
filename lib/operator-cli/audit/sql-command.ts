import type { SqlProgress } from '../../audit/views/sql-answer.ts';
import { namedViews, queryOfView } from '../../audit/views/views.ts';
import { type Command, type GlobalArguments, text } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import type { Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { makeProgress } from '../terminal/progress.ts';
import { renderFacts } from '../terminal/table.ts';
import { printRows, type RowFormat } from './print-rows.ts';
import { type Asked, openEngine } from './sql-engines.ts';
import { commandErrorOf } from './sql-problem.ts';
import { timeRange } from './time-range.ts';

const FORMATS = ['table', 'json', 'csv'] as const;
const DAY_BEFORE_MS = 1;

/** `broker audit sql`: queries the audit's views in SQL, at Athena or over files. */
export const sqlCommand: Command = (yargs, run) =>
  yargs.command(
    'sql [query]',
    'ask in SQL: Athena over the archive and CloudTrail, or DuckDB over copies of them; without a query, what there is',
    (command) =>
      command
        .positional('query', { type: 'string', describe: 'one SELECT over the views' })
        .option('view', { ...text, choices: namedViews.map(({ name }) => name), describe: 'all of one view' })
        .option('archive', { ...text, describe: 'a copy of the archive’s bucket: asks DuckDB, and nobody else' })
        .option('cloudtrail', { ...text, describe: 'a directory or a file of CloudTrail’s: the same' })
        .option('from', { ...text, describe: 'since which day of the archive: 7d, 2026-09-02' })
        .option('to', { ...text, describe: 'until when, written in the same way' })
        .option('at', { ...text, describe: 'the moment that live_sessions and verdicts are about; else now' })
        .option('format', { choices: FORMATS, requiresArg: true, describe: 'of the rows' }),
    (args) => run(args, (session) => runSql(args, session), 'The query was stopped. To go on: the same again.'),
  );

type Given = GlobalArguments & {
  readonly query?: string | undefined;
  readonly view?: string | undefined;
  readonly archive?: string | undefined;
  readonly cloudtrail?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly at?: string | undefined;
  readonly format?: RowFormat | undefined;
};

async function runSql(given: Given, session: Session): Promise<ExitCode> {
  const { query, view } = given;
  if (query !== undefined && view !== undefined) {
    throw usageError('A query and --view are two questions.', 'Give one of them.');
  }
  if (query === undefined && view === undefined) {
    session.print(
      renderFacts(
        namedViews.map(({ name, about }) => [name, about] as const),
        session.style,
      ),
    );
    return EXIT_CODES.ok;
  }
  const format = formatOf(given);
  try {
    await answer({ ...given, ...timesOf(given, session), query: query ?? queryOfView(view ?? '') }, format, session);
  } catch (error) {
    throw commandErrorOf(error);
  }
  return EXIT_CODES.ok;
}

async function answer(asked: Asked, format: RowFormat, session: Session): Promise<void> {
  const { engine, query, said, close } = await openEngine(asked, session);
  const progress = makeProgress(session);
  const startedMs = session.clock.nowMs();
  let last: SqlProgress = { state: 'running' };
  try {
    session.say(printable(said));
    const onProgress = (told: SqlProgress) => {
      last = told;
      if (told.state !== 'succeeded') progress.show(progressLine(told, session.clock.nowMs() - startedMs));
    };
    const rows = await engine.query(query, { signal: session.interrupted, onProgress });
    progress.end();
    await printRows(rows, format, session);
  } finally {
    progress.end();
    await close();
  }
  if (last.scannedBytes !== undefined) session.say(`Athena scanned ${bytesOf(last.scannedBytes)}.`);
}

function progressLine({ state, share, scannedBytes }: SqlProgress, sinceMs: number): string {
  const far = share === undefined ? '' : `, ${Math.floor(share * 100)} %`;
  const scanned = scannedBytes === undefined ? '' : `, ${bytesOf(scannedBytes)} scanned`;
  return `${state}${far}${scanned}, ${Math.round(sinceMs / 1_000)} s`;
}

function bytesOf(bytes: number): string {
  const unit = [
    { bytes: 1e9, name: 'GB' },
    { bytes: 1e6, name: 'MB' },
    { bytes: 1e3, name: 'kB' },
  ].find((each) => bytes >= each.bytes);
  return unit === undefined ? `${bytes} bytes` : `${(bytes / unit.bytes).toFixed(1)} ${unit.name}`;
}

/** The days of the archive, both included, from times in the form that every other command takes. */
function timesOf({ from, to, at }: Given, { clock }: Session): Pick<Asked, 'from' | 'to' | 'atMs'> {
  const range = timeRange({ from, to }, clock.nowMs());
  const moment = timeRange({ to: at }, clock.nowMs()).to;
  return {
    ...(range.from !== undefined && { from: range.from.slice(0, 10) }),
    ...(range.to !== undefined && { to: dayOf(Date.parse(range.to) - DAY_BEFORE_MS) }),
    ...(moment !== undefined && { atMs: Date.parse(moment) }),
  };
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}

function formatOf({ json, format }: Given): RowFormat {
  if (!json) return format ?? 'table';
  if (format === undefined || format === 'json') return 'json';
  throw usageError(`--json and --format ${format} contradict each other.`, 'Give one of them.');
}
