import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import { effectiveSettings } from '../../platform/deployment-config/effective.ts';
import type { ConfigProblem } from '../../platform/deployment-config/problem.ts';
import { renderSettings } from '../answers/config-text.ts';
import type { Command } from '../command.ts';
import { usageError } from '../command-error.ts';
import { EXIT_CODES, type ExitCode } from '../exit-code.ts';
import { printJson, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';

/**
 * What a clone says about `config/<stage>.yml`. It is passed in, because the installed command has no clone to read.
 */
export type StageReading = {
  readonly stage: string;
  /** Undefined if a value does not have its form. */
  readonly config: DeploymentConfig | undefined;
  readonly problems: readonly ConfigProblem[];
  /** The line of a setting in the file; undefined if the file does not have the setting. */
  lineOf(keys: readonly (string | number)[]): number | undefined;
};

/**
 * Reads `config/<stage>.yml`; BROKER_STAGE replaces a missing `stage`. Throws `CommandError` if there is no such file,
 * or if it cannot be read.
 */
export type ReadStage = (stage: string | undefined) => Promise<StageReading>;

const checkConfig: Command = (yargs, run) =>
  yargs.command(
    'check',
    'explain the whole configuration of a stage, and refuse what cannot be deployed; asks nobody',
    (command) => command,
    (args) => run(args, async (session) => tell(session, await readStage(session, args.stage))),
  );

async function readStage({ readStage: read }: Session, stage: string | undefined): Promise<StageReading> {
  if (read !== undefined) return read(stage);
  throw usageError(
    'The installed command has no config/<stage>.yml to check.',
    'In a clone: npm run --silent broker -- config check --stage <stage>',
  );
}

function tell(session: Session, reading: StageReading): ExitCode {
  if (session.json) printJson(session, asJson(reading));
  else sayAll(session, reading);
  return reading.problems.length === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
}

function asJson({ stage, config, problems, lineOf }: StageReading): unknown {
  const settings = config === undefined ? [] : effectiveSettings(config);
  return {
    stage,
    deployable: problems.length === 0,
    problems,
    settings: settings.map(({ path, keys, value, derived, text }) => ({
      setting: path,
      value: value ?? derived ?? null,
      line: lineOf(keys) ?? null,
      ...text,
    })),
  };
}

function sayAll(session: Session, { stage, config, problems, lineOf }: StageReading): void {
  if (config !== undefined) session.print(renderSettings(effectiveSettings(config), { lineOf, style: session.style }));
  for (const { code, path, what, whatToDo } of problems) {
    for (const line of [code, `${path}: ${what}.`, whatToDo]) session.say(printable(line));
  }
  session.say(
    problems.length === 0
      ? `config/${stage}.yml can be deployed.`
      : `config/${stage}.yml cannot be deployed: ${problems.length} to correct. What each setting takes: docs/configuration.md`,
  );
}

/** `broker config …`: checks a deployment before it is deployed. */
export const configCommands: Command = (yargs, run) =>
  yargs.command('config', 'check config/<stage>.yml of a clone', (config) =>
    checkConfig(config, run).demandCommand(1, 'Which command? They are listed by: broker config --help'),
  );
