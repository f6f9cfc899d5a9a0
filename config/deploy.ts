/**
 * `npm run deploy -- --stage <stage>`: brings a stage to the state of this clone. Exits with 1 when the deployment was
 * refused or did not come through, 2 for a command line that is wrong.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../lib/platform/clock.ts';
import type { DeployWorld } from './deploy/deploy-stage.ts';
import { foreignCode } from './deploy/deployed-code.ts';
import type { Prepared } from './deploy/prepare-stage.ts';

const USAGE = `Usage: npm run deploy -- --stage STAGE [--dry-run | --show | --check] [options]

Checks config/STAGE.yml, packages, shows what CloudFormation would change, refuses what must never be replaced or removed,
and deploys to the home region of the stage, with the AWS credentials of the shell. docs/deploying.md has the rest.

  --stage STAGE    which config/*.yml
  --dry-run        everything that needs no AWS, and nothing else
  --show           what would change; nothing is changed but the deployment bucket
  --check          does what runs match the sources? Nothing is changed
  --account ID     the account to deploy to: needed where the stage is not there yet
  --watch MINUTES  roll the update back when an alarm rings during it or so long after it (0)
  --uncommitted    deploy also what no commit has
  --let-go A,B     pinned resources, by logical id, that may leave the stack; they are kept
  --anew           deploy every function again, whatever runs; each starts anew
  --adopt          go on with a stack that does not say which deployment it is
  --revert-drift   change back what was changed around CloudFormation
  --take-over      take over what a removed stack of this stage kept
  --help           print this
`;

const options = readOptions();
if (options?.help === true) process.stdout.write(USAGE);
else if (options !== undefined) await deploy(options);

type Options = NonNullable<ReturnType<typeof readOptions>>;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        stage: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        show: { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        account: { type: 'string' },
        watch: { type: 'string', default: '0' },
        uncommitted: { type: 'boolean', default: false },
        'let-go': { type: 'string', default: '' },
        anew: { type: 'boolean', default: false },
        'revert-drift': { type: 'boolean', default: false },
        'take-over': { type: 'boolean', default: false },
        adopt: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return values;
    if (values.stage === undefined) throw new Error('--stage is missing');
    if ([values['dry-run'], values.show, values.check].filter(Boolean).length > 1) {
      throw new Error('--dry-run, --show and --check do not go with each other');
    }
    // Source: CloudFormation API Reference, RollbackConfiguration.
    if (!/^\d{1,3}$/.test(values.watch) || Number(values.watch) > 180)
      throw new Error('--watch takes 0 to 180 minutes');
    if (values.account !== undefined && !/^\d{12}$/.test(values.account)) throw new Error('--account takes 12 digits');
    return values;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function deploy(options: Options): Promise<void> {
  const { stage = '', uncommitted, account } = options;
  const log = (line: string) => process.stdout.write(`${line}\n`);
  try {
    // Imported only now: somebody who asks for help does not wait for modules that are not needed.
    const { prepareStage } = await import('./deploy/prepare-stage.ts');
    const prepared = await prepareStage({
      stage,
      log,
      uncommitted,
      ...(options.anew && { anew: String(systemClock.nowMs()) }),
    });
    if (options['dry-run']) {
      log(`${stage}: this could be deployed; AWS was not asked`);
      return;
    }
    const { openAws } = await import('./deploy/aws-world.ts');
    const { deployStage } = await import('./deploy/deploy-stage.ts');
    const world = await openAws(prepared.config, log);
    if (options.check) return await check(prepared, world);
    await deployStage(
      prepared,
      {
        ...(account !== undefined && { account }),
        showOnly: options.show,
        letGo: options['let-go'].split(',').filter((id) => id !== ''),
        takeOver: options['take-over'],
        adopt: options.adopt,
        revertDrift: options['revert-drift'],
        watchMinutes: Number(options.watch),
      },
      world,
    );
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

async function check(
  prepared: Prepared,
  { caller, codeOf, log }: Pick<DeployWorld, 'caller' | 'codeOf' | 'log'>,
): Promise<void> {
  log(`${prepared.stage}: as ${caller.arn}, account ${caller.accountId}, ${prepared.config.homeRegion}`);
  const foreign = await foreignCode(prepared, codeOf);
  for (const line of foreign) log(line);
  if (foreign.length > 0) process.exitCode = 1;
  else log('Every function runs what the sources make.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
