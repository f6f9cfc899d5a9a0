/**
 * `npm run check:live`: asks AWS what its documents leave open and the design leans on. With `--dry-run` it asks the
 * embedded stack instead, as far as that can answer. Exits with 1 when an answer differs, when a check could not be asked,
 * or when something that was made could not be removed; with 2 for a command line that is wrong.
 */
import { allChecks } from './all-checks.ts';
import { makeAwsGround } from './aws-ground.ts';
import { startEmbeddedGround } from './embedded-ground.ts';
import type { Checked } from './live-check.ts';
import { type LiveOptions, readLiveOptions, USAGE } from './live-options.ts';
import { renderChecks, renderQuestion } from './render-checks.ts';
import { isGood, runChecks } from './run-checks.ts';

const command = readLiveOptions(process.argv.slice(2));
switch (command.kind) {
  case 'help':
    process.stdout.write(USAGE);
    break;
  case 'wrong':
    process.stderr.write(`${command.problem}\n\n${USAGE}`);
    process.exitCode = 2;
    break;
  case 'list':
    process.stdout.write(allChecks.map(renderQuestion).join('\n'));
    break;
  default:
    process.exitCode = await run(command);
}

async function run(options: LiveOptions): Promise<number> {
  const checks = allChecks.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    process.stderr.write('stopping after the check in hand; what was made is removed first\n');
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const report = ({ check, verdict }: Checked) => process.stderr.write(`${check.name}: ${verdict}\n`);
  const ground = await (options.kind === 'dry-run' ? startEmbeddedGround() : makeAwsGround(options));
  let all: readonly Checked[] = [];
  let left: readonly string[] = [];
  try {
    all = await runChecks(checks, ground, { report, isStopped: () => isStopped });
  } finally {
    left = await ground.removals.run();
    await ground.close();
  }
  process.stdout.write(renderChecks(all, process.stdout.isTTY));
  if (left.length > 0) process.stdout.write(`\nCould not be removed, remove it by hand:\n  ${left.join('\n  ')}\n`);
  return isGood(all) && all.length === checks.length && left.length === 0 ? 0 : 1;
}
