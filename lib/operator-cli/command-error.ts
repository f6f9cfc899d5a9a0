import { ApiError } from '../client/api-error.ts';
import { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-code.ts';
import { printable } from './terminal/printable.ts';

/** A command cannot continue. A person reads three lines on standard error: the code, what happened, what to do. */
export class CommandError extends Error {
  readonly code: string;
  readonly whatToDo: string;
  readonly exitCode: ExitCode;

  constructor({ code, message, whatToDo, exitCode }: CommandProblem) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.whatToDo = whatToDo;
    this.exitCode = exitCode;
  }
}

type CommandProblem = {
  readonly code: `cli.${string}` | 'import.invalid' | 'import.secretRefused' | 'request.fieldNotAllowed';
  readonly message: string;
  readonly whatToDo: string;
  readonly exitCode: ExitCode;
};

/** The command line, or a file that it names, is wrong. Nothing was sent. */
export function usageError(message: string, whatToDo: string): CommandError {
  return new CommandError({ code: 'cli.usage', message, whatToDo, exitCode: EXIT_CODES.usage });
}

/** The same refusal as that of the API, wherever the external ID is given. */
export function externalIdRefused(): CommandError {
  return new CommandError({
    code: 'request.fieldNotAllowed',
    message: 'External IDs are made by the deployment, one for each tenant, and never taken from outside.',
    whatToDo: 'Leave it out. To replace one: broker tenants rotate-external-id start <tenant>',
    exitCode: EXIT_CODES.refused,
  });
}

/** Somebody pressed Ctrl-C. Every call receives a signal with this error as its reason. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted.');
    this.name = 'Interrupted';
  }
}

export type ErrorReport = { readonly lines: readonly [string, string, string]; readonly exitCode: ExitCode };

const ASKED_ALREADY = 'What was asked for last may have been done: look before you ask again.';

/** Reports an error. `goOn` says how to continue the command that was interrupted. */
export function reportError(error: unknown, goOn = ASKED_ALREADY): ErrorReport {
  if (error instanceof ApiError) return report(error.code, error, exitCodeOf(error));
  if (error instanceof CommandError) return report(error.code, error, error.exitCode);
  if (error instanceof Interrupted) {
    return report('cli.interrupted', { message: error.message, whatToDo: goOn }, EXIT_CODES.interrupted);
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return report('cli.broken', { message, whatToDo: 'Report it: this is our bug.' }, EXIT_CODES.broken);
}

function report(
  code: string,
  { message, whatToDo }: { readonly message: string; readonly whatToDo: string },
  exitCode: ExitCode,
): ErrorReport {
  return { lines: [printable(code), printable(message), printable(whatToDo)], exitCode };
}
