/**
 * `npm run package [-- --stage <stage>] [--force]`: reads the command line and has `package-stage.ts` package the
 * stage. Exits with 1 when it cannot be packaged, 2 for a command line that is wrong.
 */
import { parseArgs } from 'node:util';
import { packageStage } from './package/package-stage.ts';

const USAGE = `Usage: npm run package [-- [--stage STAGE] [--force]]

Bundles the functions and makes the CloudFormation template of config/STAGE.yml, in .build/STAGE.

  --stage STAGE  which config/*.yml (local)
  --force        package also where nothing has changed
  --help         print this
`;

const options = readOptions();
if (options?.help === true) process.stdout.write(USAGE);
else if (options !== undefined) await make(options);

function readOptions() {
  try {
    return parseArgs({
      options: {
        stage: { type: 'string', default: 'local' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function make({ stage, force }: { readonly stage: string; readonly force: boolean }): Promise<void> {
  try {
    await packageStage({ stage, force, log: (line) => process.stdout.write(`${line}\n`) });
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
