import yargs from 'yargs';
import manifest from '../../package.json' with { type: 'json' };
import type { ManagementClient } from '../client/management-client.ts';
import { AUDIT_COMMANDS, auditCommands } from './audit/audit-commands.ts';
import type { GlobalArguments, Run, Yargs } from './command.ts';
import { externalIdRefused, reportError, usageError } from './command-error.ts';
import { configCommands } from './commands/config-commands.ts';
import { deadLettersCommands } from './commands/dead-letters-commands.ts';
import { printCredentials } from './commands/print-credentials.ts';
import { replayCommands } from './commands/replay-commands.ts';
import { runDoctor } from './commands/run-doctor.ts';
import { runJob } from './commands/run-job.ts';
import { scheduleCommands } from './commands/schedule-commands.ts';
import { switchCommands } from './commands/switch-commands.ts';
import { tenantsCommands } from './commands/tenants-commands.ts';
import { EXIT_CODES, type ExitCode } from './exit-code.ts';
import { type Opened, type Session, type World, withSignal } from './session.ts';

const WIDEST_HELP = 110;

/**
 * Runs one command line to its end and returns its exit code. Writes to the printers of `world` alone, and never
 * throws.
 */
export async function runCli(argv: readonly string[], world: World): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT_CODES.ok;
  const fail = (error: unknown, goOn?: string) => {
    const report = reportError(error, goOn);
    world.stderr.write(`${report.lines.join('\n')}\n`);
    exitCode = report.exitCode;
  };
  const run: Run = async (args, action, goOn) => {
    try {
      exitCode = await action(makeSession(world, args));
    } catch (error) {
      fail(error, goOn);
    }
  };
  try {
    if (argv.some((word) => /^--?external-?id/i.test(word))) throw externalIdRefused();
    // With a callback, the parser prints nothing by itself and does not end the process.
    await makeParser(run, { argv, world }).parseAsync([...argv], {}, (_error, _args, output) => {
      if (output !== '') world.stdout.write(`${output}\n`);
    });
  } catch (error) {
    fail(error);
  }
  return exitCode;
}

function makeSession(world: World, args: GlobalArguments): Session {
  // Opened by the first call, because reporting a wrong command line must not require AWS settings.
  let opening: Promise<Opened> | undefined;
  const opened = () => {
    opening ??= world.open(args);
    return opening;
  };
  const client: ManagementClient = { call: async (...call) => (await opened()).client.call(...call) };
  return {
    ...world,
    client: withSignal(client, world.interrupted),
    patientClient: client,
    functionUrl: (functionName) => ({
      send: async (request) => {
        const url = await world.openFunctionUrl(functionName, args);
        return url.send({ ...request, signal: world.interrupted });
      },
    }),
    region: async () => (await opened()).region,
    json: args.json,
    style: { columns: world.stdout.isTerminal ? world.stdout.columns : undefined, colour: world.colour },
    print: (text) => world.stdout.write(text),
    say: (line) => world.stderr.write(`${line}\n`),
  };
}

type CommandLine = { readonly argv: readonly string[]; readonly world: World };

function makeParser(run: Run, { argv, world }: CommandLine) {
  const parser: Yargs = yargs()
    .scriptName('broker')
    .locale('en')
    .parserConfiguration({
      // Ids and names are texts, whatever they look like, and an option has no other name than its own.
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'boolean-negation': false,
      'camel-case-expansion': false,
      'greedy-arrays': false,
    })
    .option('json', { type: 'boolean', default: false, describe: 'the answer as JSON, and nothing else on stdout' })
    .option('stage', { type: 'string', requiresArg: true, describe: 'of the deployment (BROKER_STAGE)' })
    .option('profile', { type: 'string', requiresArg: true, describe: 'of your AWS config (AWS_PROFILE)' })
    .option('region', { type: 'string', requiresArg: true, describe: 'of the deployment (AWS_REGION)' });
  return [
    tenantsCommands,
    scheduleCommands,
    switchCommands,
    replayCommands,
    deadLettersCommands,
    auditCommands,
    runJob,
    printCredentials,
    configCommands,
    runDoctor,
  ]
    .reduce((commands, add) => add(commands, run), parser)
    .completion('completion', 'print a completion script for bash or zsh, whichever SHELL is')
    .demandCommand(1, 'Which command? They are listed by: broker --help')
    .strict()
    .check(refuseTwice, true)
    .help('help')
    .alias('help', 'h')
    .version(manifest.version)
    .epilogue('Exit codes: 0 ok, 1 broken, 2 usage, 3 refused, 4 not proven, 5 unavailable, 130 interrupted')
    .wrap(Math.min(WIDEST_HELP, world.stdout.columns ?? WIDEST_HELP))
    .exitProcess(false)
    .fail((message, error) => {
      throw usageError(whatIsWrong(message ?? error?.message), `See: ${helpFor(argv)}`);
    });
}

/** Refuses an option that is given twice, because we cannot know which value is meant. */
function refuseTwice(args: Readonly<Record<string, unknown>>): true {
  const twice = Object.keys(args).find((name) => !['_', 'schedule'].includes(name) && Array.isArray(args[name]));
  if (twice !== undefined) throw new Error(`--${twice} is given more than once.`);
  return true;
}

/** Joins the message into one line; a person has no use for the parser's count of arguments. */
function whatIsWrong(message = 'The command line is wrong.'): string {
  if (message.startsWith('Not enough non-option arguments')) return 'An argument is missing: the help says which.';
  return message
    .trim()
    .split(/\s*\n\s*/)
    .join(' ');
}

/** The help of the innermost command in the command line. */
function helpFor(argv: readonly string[]): string {
  const [group, name = '', step = ''] = argv.filter((word) => !word.startsWith('-'));
  if (group === 'doctor' || group === 'credentials' || group === 'run') return `broker ${group} --help`;
  const commands = GROUPS.get(group ?? '');
  if (group === undefined || commands === undefined) return 'broker --help';
  if (name === 'rotate-external-id' && /^(start|status|finish|abandon)$/.test(step)) {
    return `broker tenants ${name} ${step} --help`;
  }
  return commands.test(name) ? `broker ${group} ${name} --help` : `broker ${group} --help`;
}

const GROUPS: ReadonlyMap<string, RegExp> = new Map([
  [
    'tenants',
    /^(add|list|show|connect|disconnect|verify|set|changes|onboarding|suspend|resume|offboard|import|migrate|rotate-external-id)$/,
  ],
  ['schedule', /^(list|next|run-now|pause|resume)$/],
  ['switch', /^(list|off|on)$/],
  ['replay', /^(allow|end|show)$/],
  ['dead-letters', /^(list|show|redrive)$/],
  ['config', /^check$/],
  ['audit', new RegExp(`^(${AUDIT_COMMANDS.join('|')})$`)],
]);
