import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { shellBlocks } from '../support/shell-blocks.ts';
import { awsCli, describeWith } from './outside-clients/outside-clients.ts';

/** Each block starts processes; on a busy machine that takes several times what it takes alone. */
vi.setConfig({ testTimeout: 180_000 });

const PREFIX = 'credential-broker-local';
const ACCOUNT = '222222222222';
const execute = promisify(execFile);

let folder: string;
let stack: Stack;
let world: DemoWorld;
let archive: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'documented-blocks-'));
  mkdirSync(path.join(folder, 'bin'));
  const broker = path.join(folder, 'bin/broker');
  const words = [process.execPath, path.join(projectRoot, 'config/broker.ts')].map((word) => `'${word}'`).join(' ');
  writeFileSync(broker, `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(broker, 0o755);
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(projectRoot, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(projectRoot, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  archive = `${PREFIX}-archive-${world.brokerAccount}`;
}, 180_000);
afterAll(async () => {
  await stack?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The block of a document that has these words in it, and can be run here. */
function block(document: string, words: string): string {
  const blocks = shellBlocks(readFileSync(path.join(projectRoot, document), 'utf8'));
  const found = blocks.filter(({ text, needsAws }) => !needsAws && text.includes(words));
  expect(found, `${document}: ${words}`).toHaveLength(1);
  return found[0]?.text ?? '';
}

/** What a script prints on both streams, as one of the profiles. Fails where the script does. */
async function shell(
  profile: string,
  script: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = {
    PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`,
    HOME: folder,
    NO_COLOR: '1',
    PREFIX,
    ARCHIVE: archive,
    AWS_CONFIG_FILE: stack.awsConfigFile,
    AWS_PROFILE: profile,
    ...settings,
  };
  const options = { env, cwd: folder, encoding: 'utf8', timeout: 120_000 } as const;
  const { stdout } = await execute('sh', ['-c', `set -e\nexec 2>&1\n${script}`], options).catch((error) => {
    throw new Error(`${script}\n${error.stdout}`);
  });
  return stdout;
}

async function minutes(count: number): Promise<void> {
  for (let gone = 0; gone < count; gone += 1) {
    stack.advance(60_000);
    await stack.idle();
  }
}

/** The customer applies what it was given: here the role that it describes, with the external ID that was shown. */
async function customerMakesRole(externalId: string): Promise<void> {
  const another = await shell(
    'operator',
    'broker tenants add another --name X --jobs scan-account --format json 2> /dev/null',
  );
  const { externalId: anothers }: { externalId: string } = JSON.parse(another);
  await world.customer(ACCOUNT).createRole(another.replaceAll(anothers, externalId));
}

describeWith(awsCli, 'the blocks of the documents, run as they stand', () => {
  it('docs/onboarding.md: registers, connects and proves', async () => {
    const [add = '', connect = ''] = block('docs/onboarding.md', 'broker tenants add acme').split('\n');
    const registered = await shell('operator', add);
    expect(readFileSync(path.join(folder, 'main.tf'), 'utf8')).toContain('aws_iam_role');
    const [externalId = ''] = /cb-local1-[0-9a-f-]{36}/.exec(registered) ?? [];
    await customerMakesRole(externalId);
    expect(await shell('operator', connect)).toMatch(/credential-broker +trusted +all/);
  });

  it('docs/on-demand.md: runs a job and waits for it', async () => {
    const asked = await shell('support-tool', block('docs/on-demand.md', 'broker run'), { BROKER_STAGE: 'local' });
    expect(asked).toMatch(/^222222222222 +completed/m);
  });

  it('docs/audit.md: keeps the public key, verifies the bucket and a copy of it', async () => {
    await minutes(12);
    await shell('auditor', block('docs/audit.md', 'get-public-key'));
    const UNTIL = new Date(stack.clock.nowMs() - 600_000).toISOString();
    const verified = await shell('auditor', block('docs/audit.md', 'broker audit verify --archive copy'), { UNTIL });
    expect(verified.match(/^proven +yes$/gm)).toHaveLength(2);
  });

  it('docs/audit.md: gives a day to a SIEM', async () => {
    await shell('auditor', block('docs/audit.md', '--format ocsf'));
  });

  it('docs/audit.md: asks in SQL, over copies', async () => {
    mkdirSync(path.join(folder, 'trail'));
    cpSync(stack.cloudTrailFile, path.join(folder, 'trail/events.json'));
    const told = await shell('auditor', block('docs/audit.md', '--view session_verdicts'));
    expect(told).toMatch(/^\d+ rows?$/m);
    expect(told).toContain('matched');
  });

  it('docs/onboarding.md: disconnects a role', async () => {
    const said = await shell('operator', block('docs/onboarding.md', 'tenants disconnect'));
    expect(said).toContain('is no longer connected. The customer may delete the role.');
  });

  it('docs/cli.md: completes in a shell that has read its file', async () => {
    await shell('operator', block('docs/cli.md', 'broker completion'));
    expect(readFileSync(path.join(folder, '.bashrc'), 'utf8')).toContain('complete ');
  });
});
