/**
 * `npm run demo [-- --json]`: runs the main job on the embedded stack, and tells it as it happens or as one JSON
 * document. Stopped by a signal, it removes what it made and exits as the signal would have ended it.
 */
import { constants } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packageStage } from '../config/package/package-stage.ts';
import { makeDemoWorld } from './demo/demo-world.ts';
import { type Narrator, narratorTo, silentNarrator } from './demo/narrator.ts';
import { outcomeOf, readLedger } from './demo/read-outcome.ts';
import { tellStory } from './demo/story.ts';
import { type Stack, startStack } from './stack.ts';
import { nextStopSignal } from './stop-signal.ts';

const root = path.resolve(import.meta.dirname, '..');

const HELP = `npm run demo                      tells the main job as it happens
npm run --silent demo -- --json   prints one JSON document of what came of it, and nothing else
`;

const options = readOptions();
const narrator = options.json ? silentNarrator : narratorTo(process.stdout);
// The process listens from the start: a signal that arrives while the stack is being made takes effect once the stack
// can be removed.
const stopRequested = nextStopSignal();
const progress = (line: string) => process.stderr.write(`${line}\n`);

narrator.title('The credential broker, on the embedded stack');
narrator.aside(
  'A stand-in for AWS inside this process: real wire protocols, signatures, policies. Nothing leaves the machine.',
);
const packaged = await packageStage({ stage: 'local', log: progress });
const stack = await startStack({
  port: 0,
  accountsFile: path.join(import.meta.dirname, 'accounts/emulated-accounts.json'),
  packageDir: path.join(root, '.build/local'),
  log: progress,
});
let stoppedBy: NodeJS.Signals | undefined;
try {
  stoppedBy = await Promise.race([stopRequested, tell(stack)]);
} finally {
  await stack.close();
}
// The story is still waiting for the stack that has just been removed.
if (stoppedBy !== undefined) process.exit(128 + constants.signals[stoppedBy]);

async function tell(running: Stack): Promise<undefined> {
  const world = makeDemoWorld({ stack: running, deployment: packaged.config, accounts: running.accounts });
  await tellStory(world, narrator);
  const outcome = outcomeOf(await readLedger(world.dynamo, world.tables.ledger), world.assumeRoleCalls());
  if (options.json) process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  else tellEnd(narrator, outcome);
}

function readOptions(): { readonly json: boolean } {
  try {
    const { values } = parseArgs({
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      process.exit(0);
    }
    return values;
  } catch (error) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    process.exit(2);
  }
}

function tellEnd(teller: Narrator, { requests, issuances, assumeRoleCalls }: ReturnType<typeof outcomeOf>): void {
  const { allowed, denied } = assumeRoleCalls;
  teller.title('In all');
  teller.fact('ledger', `${requests.length} requests, ${issuances.length} issuances`);
  teller.fact('CloudTrail', `${allowed} AssumeRole calls allowed, ${denied} denied, the probes included`);
  teller.title('Where to look next');
  teller.fact('pipeline', 'lib/broker/run-job.ts reads top to bottom as what you just saw');
  teller.fact('one call', 'lib/broker/assume-tenant-role.ts is the only file that enters an account');
  teller.fact('verdicts', 'lib/audit/session-verdict.ts is what each call of CloudTrail is judged by');
  teller.fact('the same', 'as data: npm run --silent demo -- --json');
  teller.fact('yourself', 'npm run --silent local keeps the stack up for the AWS CLI or any SDK');
}
