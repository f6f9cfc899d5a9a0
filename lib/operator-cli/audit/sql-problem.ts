import { SqlProblem, type SqlProblemKind } from '../../audit/views/sql-answer.ts';
import { CommandError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';

type Told = { readonly code: `cli.${string}`; readonly whatToDo: string; readonly exitCode: ExitCode };

const TOLD: Readonly<Record<SqlProblemKind, Told>> = {
  engineAbsent: {
    code: 'cli.duckDbAbsent',
    whatToDo: 'Install it beside the command with the words above, or leave --archive out to ask Athena.',
    exitCode: EXIT_CODES.usage,
  },
  queryWrong: {
    code: 'cli.queryWrong',
    whatToDo: 'The views, and what they are: broker audit sql. Their columns: broker audit sql "DESCRIBE issuances"',
    exitCode: EXIT_CODES.usage,
  },
  dataUnreadable: {
    code: 'cli.dataUnreadable',
    whatToDo:
      'Give --archive a copy of the archive’s bucket, --cloudtrail CloudTrail’s files; queries read nothing else.',
    exitCode: EXIT_CODES.usage,
  },
  refused: {
    code: 'cli.queryRefused',
    whatToDo: 'Check that your AWS profile is the right one, not expired, and has the managed policy of the auditors.',
    exitCode: EXIT_CODES.refused,
  },
  tooMuch: {
    code: 'cli.queryTooLarge',
    whatToDo: 'Ask for fewer days (--from, --to), or for fewer rows.',
    exitCode: EXIT_CODES.refused,
  },
  engineFailed: {
    code: 'cli.queryFailed',
    whatToDo: 'Try again. Where there is no Athena, as locally, give --archive DIR.',
    exitCode: EXIT_CODES.unavailable,
  },
};

/** Turns a problem of a query into the error that ends the command. Every other error is passed through unchanged. */
export function commandErrorOf(error: unknown): unknown {
  if (!(error instanceof SqlProblem)) return error;
  return new CommandError({ ...TOLD[error.kind], message: oneLine(error.message) });
}

/** Removes the part of the query that DuckDB repeats below the message. */
function oneLine(message: string): string {
  const [said = ''] = message.split(/\n+LINE \d+:/);
  return said.trim().replace(/\s*\n\s*/g, ' ');
}
