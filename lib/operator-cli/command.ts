import type { Argv } from 'yargs';
import { ONBOARDING_FORMATS } from '../management/management-views.ts';
import type { Action, Target } from './session.ts';

/** The arguments that every command takes. */
export type GlobalArguments = Target & { readonly json: boolean };
export type Yargs = Argv<GlobalArguments>;

/** Runs the action of a command and keeps its exit code. `goOn`: how to continue the command if it is interrupted. */
export type Run = (args: GlobalArguments, action: Action, goOn?: string) => Promise<void>;

/** Adds one command to the parser. */
export type Command = (yargs: Yargs, run: Run) => Yargs;

/** Parts of command lines that several commands share. */
export const tenantPositional = { type: 'string', demandOption: true, describe: 'the tenant’s id' } as const;
export const reasonOption = {
  type: 'string',
  demandOption: true,
  requiresArg: true,
  describe: 'why, for the record',
} as const;
export const jobsOption = { type: 'string', requiresArg: true, describe: 'names of jobs, as a,b' } as const;
export const waitOption = {
  type: 'boolean',
  default: false,
  describe: 'verify again until no role is pending, 10 min at most',
} as const;
export const formatOption = {
  choices: ONBOARDING_FORMATS,
  requiresArg: true,
  describe: 'what to give to the customer',
} as const;
export const text = { type: 'string', requiresArg: true } as const;
export const limitOption = { type: 'string', requiresArg: true, describe: 'rows in a page' } as const;
export const cursorOption = { type: 'string', requiresArg: true, describe: 'where the page before ended' } as const;
export const allOption = { type: 'boolean', default: false, describe: 'every page' } as const;
