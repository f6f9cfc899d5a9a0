import type { Command } from '../command.ts';
import { correlateTrail } from './correlate-trail.ts';
import { explainIssuance } from './explain-issuance.ts';
import { exportReceipts } from './export-receipts.ts';
import { listingCommand } from './listing-command.ts';
import { questions } from './questions.ts';
import { sqlCommand } from './sql-command.ts';
import { verifyArchiveCommand } from './verify-archive.ts';

/** Every command of `broker audit` by its name, in the order of the help. */
const commands: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['explain', explainIssuance],
  ...questions.map((question) => [question.name, listingCommand(question)] as const),
  ['receipts', exportReceipts],
  ['correlate', correlateTrail],
  ['verify', verifyArchiveCommand],
  ['sql', sqlCommand],
]);

/** The words that can follow `broker audit`. */
export const AUDIT_COMMANDS: readonly string[] = [...commands.keys()];

/** `broker audit …`: questions about what was requested, decided, handed out and seen. */
export const auditCommands: Command = (yargs, run) =>
  yargs.command('audit', 'ask who had which session, when, for what and why; prove the answers', (group) =>
    [...commands.values()]
      .reduce((command, add) => add(command, run), group)
      .demandCommand(1, 'Which command? They are listed by: broker audit --help'),
  );
