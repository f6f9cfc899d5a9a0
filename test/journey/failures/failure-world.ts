import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { packageStage } from '../../../config/package/package-stage.ts';
import { projectRoot } from '../../../config/stage-config.ts';
import { type DemoWorld, makeDemoWorld } from '../../../local/demo/demo-world.ts';
import { onboard } from '../../../local/demo/onboard.ts';
import { packagedPaths } from '../../../local/stack/read-packaged.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { type ReadStanding, watchStandings } from './standing.ts';

/** The whole stack with one tenant of one account, whose job can be asked for while things break. */
export type FailureWorld = {
  readonly stack: Stack;
  readonly world: DemoWorld;
  readonly tenantId: string;
  /** Asks for the job and waits until nothing goes on any more. Gives the id of the event. */
  ask(detail?: object): Promise<string>;
  /** Lets time pass on the stack's clock, and waits until what fell due is done. */
  pass(seconds: number): Promise<void>;
  readonly standing: ReadStanding;
  close(): Promise<void>;
};

/** What the job's settings hold: on its way to the job it must be ciphertext. */
export const SETTINGS_MARKER = 'umbrella-';

const TENANT_ID = 'tenant-5';

/** @param timeoutSeconds of the job's function, where a test waits for it. */
export async function startFailureWorld(options: { readonly timeoutSeconds?: number } = {}): Promise<FailureWorld> {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const packaged = path.join(projectRoot, '.build/local');
  const folder = await mkdtemp(path.join(tmpdir(), 'failures-'));
  const { timeoutSeconds } = options;
  const packageDir = timeoutSeconds === undefined ? packaged : await withTimeout(packaged, { folder, timeoutSeconds });
  const accountsFile = path.join(projectRoot, 'local/accounts/emulated-accounts.json');
  const stack = await startStack({ port: 0, accountsFile, packageDir, dataDir: path.join(folder, 'data') });
  const world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  const settings = { 'scan-account': { bucketNamePrefixes: [SETTINGS_MARKER] } };
  await onboard({ tenantId: TENANT_ID, name: 'Umbrella', accountIds: ['555555555555'], settings }, world);
  return {
    stack,
    world,
    tenantId: TENANT_ID,
    async ask(detail = {}) {
      const asked = { version: 1, tenantId: TENANT_ID, job: 'scan-account', ...detail };
      const eventId = await world.ask('scan-scheduler', { source: 'com.example.scans', detail: asked });
      await stack.idle();
      return eventId;
    },
    async pass(seconds) {
      stack.advance(seconds * 1000);
      await stack.idle();
    },
    standing: watchStandings(world),
    async close() {
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same package with another time-out of the job: Lambda's is real time, and the job's own is five minutes. */
async function withTimeout(
  packaged: string,
  { folder, timeoutSeconds }: { readonly folder: string; readonly timeoutSeconds: number },
): Promise<string> {
  const from = packagedPaths(packaged);
  const packageDir = path.join(folder, 'packaged');
  const to = packagedPaths(packageDir);
  const template: { Resources: object } = JSON.parse(await readFile(from.template, 'utf8'));
  const job = Object.values(template.Resources).find(isTheJob);
  if (job === undefined) throw new Error('the package has no function of the job');
  job.Properties.Timeout = timeoutSeconds;
  await mkdir(path.dirname(to.template), { recursive: true });
  await writeFile(to.template, JSON.stringify(template));
  await symlink(from.functionsDirectory, to.functionsDirectory);
  return packageDir;
}

function isTheJob(resource: unknown): resource is { readonly Properties: { Timeout: number } } {
  const named = v.safeParse(
    v.object({ Properties: v.object({ FunctionName: v.string(), Timeout: v.number() }) }),
    resource,
  );
  return named.success && named.output.Properties.FunctionName.endsWith('-scan-account');
}
