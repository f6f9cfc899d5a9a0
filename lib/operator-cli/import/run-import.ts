import type { ManagementClient } from '../../client/management-client.ts';
import type { ImportLine } from '../../management/management-views.ts';
import { CommandError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { countedLine, countOf, makeProgress } from '../terminal/progress.ts';
import { renderTable } from '../terminal/table.ts';
import { chunksOf } from './import-chunks.ts';
import { type FileLine, type ImportFile, openImportFile } from './import-file.ts';

type Step = 'check' | 'apply' | 'undo';
type Wanted = { readonly file: string; readonly checkOnly: boolean };
/** The answers about the lines: every problem, but all lines only if they are to be printed. */
type Told = { readonly problems: ImportLine[]; readonly lines: ImportLine[]; count: number };
type Applied = { readonly line: number; readonly tenant: { readonly tenantId: string } };

/**
 * Imports a file of tenants: all of them or none. The whole file is checked before any of it is applied; if something
 * is then refused or breaks, what was applied is undone.
 */
export async function importTenants(session: Session, { file, checkOnly }: Wanted): Promise<ExitCode> {
  const opened = await openImportFile(file);
  const checked = await goThrough(session, { opened, step: 'check' });
  if (checked.problems.length > 0) throw refused(session, checked);
  if (checkOnly) {
    if (session.json) printJson(session, { lines: checked.lines });
    session.say(`${countOf(opened.count, 'tenant')} can be imported. Nothing was imported.`);
    return EXIT_CODES.ok;
  }
  const applied: Applied[] = [];
  try {
    const told = await goThrough(session, { opened, step: 'apply', applied });
    if (told.problems.length > 0) throw refused(session, told);
    if (session.json) printJson(session, { lines: told.lines });
  } catch (error) {
    await undo(session, { importId: opened.importId, applied });
    throw error;
  }
  session.say(`${countOf(opened.count, 'tenant')} imported as migrating: nothing is issued for them yet.`);
  session.say('Take them to roles one by one: broker tenants migrate <tenant>');
  return EXIT_CODES.ok;
}

type Passage = { readonly opened: ImportFile; readonly step: Step; readonly applied?: Applied[] };

/** Runs one step over the whole file; the first problem of `apply` ends the step. */
async function goThrough(session: Session, { opened, step, applied }: Passage): Promise<Told> {
  const progress = makeProgress(session);
  const startedMs = session.clock.nowMs();
  const told: Told = { problems: [], lines: [], count: 0 };
  const doing = step === 'check' ? 'checking' : 'importing';
  try {
    for await (const chunk of chunksOf(opened.lines())) {
      session.interrupted.throwIfAborted();
      // Noted before the call, because nobody can know whether a call that breaks had an effect.
      applied?.push(...chunk.flatMap(namedLine));
      const answer = await send(session.patientClient, { importId: opened.importId, step, lines: chunk });
      note(told, answer, session.json);
      const sinceMs = session.clock.nowMs() - startedMs;
      const counts = { done: told.count, total: opened.count, sinceMs };
      if (counts.done < counts.total) progress.show(countedLine(doing, counts));
      if (step === 'apply' && told.problems.length > 0) break;
    }
  } finally {
    progress.end();
  }
  return told;
}

function note(told: Told, lines: readonly ImportLine[], keepAll: boolean): void {
  told.count += lines.length;
  told.problems.push(...lines.filter(({ problem }) => problem !== undefined));
  if (keepAll) told.lines.push(...lines);
}

function namedLine({ line, tenant }: FileLine): readonly Applied[] {
  if (typeof tenant !== 'object' || tenant === null || !('tenantId' in tenant)) return [];
  return typeof tenant.tenantId === 'string' ? [{ line, tenant: { tenantId: tenant.tenantId } }] : [];
}

type Call = { readonly importId: string; readonly step: Step; readonly lines: readonly FileLine[] };

async function send(client: ManagementClient, body: Call): Promise<readonly ImportLine[]> {
  const { lines } = await client.call('POST /imports', { body });
  return lines;
}

/** Prints the lines that are wrong, and returns the error with which the command ends. */
function refused(session: Session, { problems, lines }: Told): CommandError {
  if (session.json) printJson(session, { lines });
  else {
    const rows = problems.map(({ line, tenantId = '', problem = '' }) => [String(line), tenantId, problem]);
    session.print(renderTable(['LINE', 'TENANT', 'PROBLEM'], rows, { ...session.style, columns: undefined }));
  }
  return new CommandError({
    code: 'import.invalid',
    message: `${countOf(problems.length, 'line')} cannot be taken in; nothing was imported.`,
    whatToDo: 'Correct the lines that are named, and import the whole file again.',
    exitCode: EXIT_CODES.refused,
  });
}

type Undoing = { readonly importId: string; readonly applied: readonly Applied[] };

/** Never throws, so that the error that made the undoing necessary is the one that is reported. */
async function undo(session: Session, { importId, applied }: Undoing): Promise<void> {
  if (applied.length === 0) return;
  session.say(`Undoing what was imported of ${countOf(applied.length, 'line')}.`);
  try {
    for await (const lines of chunksOf(inOrder(applied))) {
      const answer = await send(session.patientClient, { importId, step: 'undo', lines });
      for (const { line, problem } of answer) if (problem !== undefined) session.say(`line ${line}: ${problem}`);
    }
    session.say('Nothing of this file is imported any more but what was named.');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    session.say(`Undoing failed: ${why}`);
    session.say('Part of the file is imported. Run the same command again: it goes on where it stopped.');
  }
}

async function* inOrder(applied: readonly Applied[]): AsyncGenerator<FileLine> {
  yield* applied;
}
