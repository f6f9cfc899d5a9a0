/**
 * `npm run remove -- --stage <stage> --account <id>`: shows what a removal would do, and with `--confirm` does it.
 * Exits with 1 when the removal was refused or did not come through, 2 for a command line that is wrong.
 */
import { parseArgs } from 'node:util';
import { readStageConfig } from './stage-config.ts';

const USAGE = `Usage: npm run remove -- --stage STAGE --account ID [--confirm STACK]

Removes the stack of a stage but for what holds data: tables, keys, the archive. Without --confirm it says what would go and
what would stay, and removes nothing. docs/deploying.md says how to be rid of the rest, and how to come back.

  --stage STAGE    which config/*.yml
  --account ID     the broker's account
  --confirm STACK  credential-broker-STAGE: go on
  --help           print this
`;

const options = readOptions();
if (options?.help === true) process.stdout.write(USAGE);
else if (options !== undefined) await remove(options);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        stage: { type: 'string' },
        account: { type: 'string' },
        confirm: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return values;
    if (values.stage === undefined) throw new Error('--stage is missing');
    if (!/^\d{12}$/.test(values.account ?? ''))
      throw new Error('--account takes the 12 digits of the broker’s account');
    return values;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function remove({
  stage = '',
  account = '',
  confirm,
}: NonNullable<ReturnType<typeof readOptions>>): Promise<void> {
  const log = (line: string) => process.stdout.write(`${line}\n`);
  try {
    const config = readStageConfig({ stage });
    // Imported only now: somebody who asks for help does not wait for modules that are not needed.
    const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
    const { DynamoDBDocumentClient } = await import('@aws-sdk/lib-dynamodb');
    const { openAws } = await import('./deploy/aws-world.ts');
    const { emptyBucket } = await import('./deploy/empty-bucket.ts');
    const { readPins } = await import('./deploy/pinned-resources.ts');
    const { removeStage } = await import('./deploy/remove-stage.ts');
    const { isSwitchedOff } = await import('./deploy/switched-off.ts');
    const aws = await openAws(config, log);
    const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ region: config.homeRegion }));
    const kept = await removeStage(
      { stage, account, confirm, pins: readPins() },
      {
        ...aws,
        isOff: () => isSwitchedOff(dynamo, stage),
        emptyBucket: (bucket) => emptyBucket(aws.s3, bucket),
      },
    );
    log(`${stage}: removed; ${kept.size} resources were kept (docs/deploying.md#removing-a-stage)`);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
