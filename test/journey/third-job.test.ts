import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { onboard } from '../../local/demo/onboard.ts';
import { outcomeOf, readLedger } from '../../local/demo/read-outcome.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { applyBlock, guideBlocks } from '../support/apply-guide.ts';
import { makeFreshCopy } from '../support/fresh-copy.ts';
import { shellBlocks } from '../support/shell-blocks.ts';
import { awsCli, isThere } from './outside-clients/outside-clients.ts';

const run = promisify(execFile);
const JOB = 'measure-storage';
const guide = readFileSync(path.join(projectRoot, 'docs/writing-a-job.md'), 'utf8');
const blocks = guideBlocks(guide);
const hasAwsCli = isThere(awsCli);

type Report = { success: boolean; testResults: { name: string; assertionResults: unknown[] }[] };

let root: string;
beforeAll(() => {
  root = makeFreshCopy('third-job');
  for (const block of blocks) applyBlock(block, root);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a script of an installed package in the copy; rejects, with what it printed, when it fails. */
async function runTool(script: string, ...args: readonly string[]): Promise<void> {
  const environment = { ...process.env, NO_COLOR: '1' };
  const options = { cwd: root, env: environment };
  await run(process.execPath, [path.join('node_modules', script), ...args], options).catch((error) => {
    throw new Error(`${script} fails:\n${error.stdout}\n${error.stderr}`);
  });
}

function filesWritten(kind: string): string[] {
  return blocks.filter((block) => block.kind === kind).map(({ file }) => file);
}

describe('the guide to writing a job, followed to the letter', () => {
  it('names every file that a job is', () => {
    expect(filesWritten('whole')).toEqual([
      `lib/jobs/${JOB}.job.ts`,
      `functions/jobs/${JOB}/measure-buckets.ts`,
      `functions/jobs/${JOB}.ts`,
      `config/resources/roles/${JOB}.yml`,
      `test/unit/jobs/${JOB}/measure-buckets.test.ts`,
      `test/journey/${JOB}.test.ts`,
      `local/try-${JOB}.ts`,
    ]);
  });

  it('makes a project whose types and style hold', async () => {
    const written = blocks.map(({ file }) => file).filter((file) => file.endsWith('.ts'));
    const project = { extends: './tsconfig.json', include: [...written, 'local/**/*.d.ts'] };
    writeFileSync(path.join(root, 'tsconfig.guide.json'), JSON.stringify(project));
    await runTool('typescript/bin/tsc', '--noEmit', '--project', 'tsconfig.guide.json');
    await runTool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off', ...written);
  });

  it('makes a project whose tests pass, its own and those of the architecture', async () => {
    const own = filesWritten('whole').filter((file) => file.endsWith('.test.ts'));
    const report = path.join(root, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`];
    await runTool('vitest/vitest.mjs', 'run', ...reporters, ...own, 'test/architecture');
    const told: Report = JSON.parse(readFileSync(report, 'utf8'));
    expect(told.success).toBe(true);
    for (const file of own) {
      const results = told.testResults.find(({ name }) => name.endsWith(file))?.assertionResults;
      expect(results?.length, file).toBeGreaterThan(1);
    }
  }, 300_000);

  it('starts a stack to try the job on, shows it run there, and stops it when asked to', async () => {
    const child = spawn(process.execPath, [`local/try-${JOB}.ts`, '0'], { cwd: root, stdio: 'pipe' });
    const exited = once(child, 'exit');
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    child.stderr.resume();
    await expect.poll(() => printed, { timeout: 60_000 }).toMatch(/^export AWS_CONFIG_FILE=\S+\n$/);
    if (hasAwsCli) {
      const [ask = '', look = ''] = tryBlock().split(/^(?=aws --profile operator)/m);
      await run('sh', ['-c', `${printed}${ask}`]);
      const shown = async () => (await run('sh', ['-c', `${printed}${look}`])).stdout.match(/\bcompleted\b/g)?.length;
      await expect.poll(shown, { timeout: 60_000 }).toBe(2);
    }
    child.kill('SIGINT');
    expect(await exited).toEqual([0, null]);
  }, 150_000);
});

/** What somebody types in the other terminal. */
function tryBlock(): string {
  const found = shellBlocks(guide).filter(({ text }) => text.startsWith('aws --profile scan-scheduler'));
  expect(found).toHaveLength(1);
  return found[0]?.text ?? '';
}

describe('the third job, for a tenant', () => {
  let stack: Stack;
  let world: DemoWorld;
  beforeAll(async () => {
    const { config: deployment } = await packageStage({ stage: 'local', root, log: () => undefined });
    const accountsFile = path.join(root, 'local/accounts/emulated-accounts.json');
    stack = await startStack({ port: 0, accountsFile, packageDir: path.join(root, '.build/local') });
    world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
    const accountIds = ['222222222222', '222222222223'];
    await onboard({ tenantId: 'acme', name: 'Acme', accountIds, enabledJobs: [JOB] }, world);
  }, 60_000);
  afterAll(() => stack.close());

  async function ask(profile: string, source: string) {
    await world.ask(profile, { source, detail: { version: 1, tenantId: 'acme', job: JOB } });
    await stack.idle();
    return outcomeOf(await readLedger(world.dynamo, world.tables.ledger), world.assumeRoleCalls());
  }

  it('is refused to a requester that is bound to other jobs', async () => {
    const { requests, issuances } = await ask('scan-scheduler', 'com.example.scans');
    expect(requests).toMatchObject([{ decision: 'refused', refusal: 'requester.notAllowed' }]);
    expect(issuances).toEqual([]);
  });

  it('completes in every account, in buckets of every region', async () => {
    const { issuances } = await ask('scan-scheduler', 'com.example.costs');
    const completed = { job: JOB, requester: 'cost-report', state: 'completed' };
    const results = new Map(issuances.map(({ accountId, result }) => [accountId, result]));
    expect(issuances).toMatchObject([completed, completed]);
    expect(results).toEqual(
      new Map(stack.accounts.accounts.slice(0, 2).map(({ accountId }) => [accountId, contents(accountId)])),
    );
  });

  function contents(accountId: string) {
    const objects = stack.buckets.bucketsOf(accountId).flatMap((bucket) => [...bucket.objects.values()]);
    const bytes = objects.reduce((sum, object) => sum + object.bytes.byteLength, 0);
    return { buckets: stack.buckets.bucketsOf(accountId).length, objects: objects.length, bytes, stoppedEarly: false };
  }

  it('holds sessions that list and do not read, each in its own account, until the fence', async () => {
    const { issuances } = outcomeOf(await readLedger(world.dynamo, world.tables.ledger), []);
    const attempt = issuances.find(({ accountId }) => accountId === '222222222222')?.attempts[0];
    const accessKeyId = attempt?.accessKeyId ?? '';
    const { secretAccessKey = '', sessionToken = '' } = stack.identities.findCredential(accessKeyId) ?? {};
    const connection = world.connection({ accessKeyId, secretAccessKey, sessionToken });
    const s3 = new S3Client({ ...connection, region: 'us-east-1', maxAttempts: 1 });
    const denied = { name: 'AccessDenied' };
    const list = (Bucket: string) => s3.send(new ListObjectsV2Command({ Bucket }));
    const Bucket = 'acme-website-assets';

    expect(await list(Bucket)).toMatchObject({ KeyCount: 2 });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'index.html' }))).rejects.toMatchObject(denied);
    await expect(list('globex-payroll')).rejects.toMatchObject(denied);
    stack.clock.advance(Date.parse(attempt?.fence ?? '') - stack.clock.nowMs() + 1_000);
    await expect(list(Bucket)).rejects.toMatchObject(denied);
  });
});
