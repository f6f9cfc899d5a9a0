/**
 * `npm run local`: the embedded stack as a process. One line of JSON on standard output says that the stack is ready;
 * progress and the course of each request go to standard error. Exits with 0 when asked to stop, 1 when the stack
 * cannot start, 2 for a command line that is wrong.
 */
import path from 'node:path';
import { packageStage } from '../config/package/package-stage.ts';
import { projectRoot } from '../config/stage-config.ts';
import { type LocalOptions, parseLocalOptions, USAGE } from './local-options.ts';
import { type Stack, startStack } from './stack.ts';
import { nextStopSignal } from './stop-signal.ts';
import { watchStack } from './watch/watch-stack.ts';

const STAGE = 'local';

const command = parseLocalOptions(process.argv.slice(2));
if (command.kind === 'help') process.stdout.write(USAGE);
else if (command.kind === 'wrong') {
  process.stderr.write(`${command.problem}\n\n${USAGE}`);
  process.exitCode = 2;
} else await run(command);

async function run(options: LocalOptions): Promise<void> {
  // The process listens from the start: a signal that arrives while the stack is being made takes effect once the stack
  // can be removed.
  const stopRequested = nextStopSignal();
  try {
    const stack = await start(options);
    const { endpoint, awsConfigFile } = stack;
    process.stdout.write(`${JSON.stringify({ ready: true, endpoint, awsConfigFile })}\n`);
    await stopRequested;
    await stack.close();
  } catch (error) {
    process.stderr.write(`${problemOf(error, options)}\n`);
    process.exitCode = 1;
  }
}

async function start(options: LocalOptions): Promise<Stack> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const progress = options.quiet ? () => undefined : log;
  await packageStage({ stage: STAGE, log: progress });
  const packageDir = path.join(projectRoot, '.build', STAGE);
  const stack = await startStack({ ...options, stage: STAGE, packageDir, log });
  if (!options.quiet) watchStack(stack, { stream: process.stderr, logs: options.logs });
  return stack;
}

function problemOf(error: unknown, { port }: LocalOptions): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `port ${port} is taken: choose another with --port, or --port 0 for a free one`;
  }
  return error.message;
}
