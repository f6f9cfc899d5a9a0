import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';
import { applyBlock, guideBlocks } from '../support/apply-guide.ts';
import { makeFreshCopy } from '../support/fresh-copy.ts';
import { shellBlocks } from '../support/shell-blocks.ts';
import { awsCli, describeWith } from './outside-clients/outside-clients.ts';

/*
 * Somebody clones the project and follows its pages: README.md to the letter, and docs/writing-a-job.md for what the
 * README leaves to it, with the names of the README's job. Nothing is called that a page does not name.
 */
const readme = readFileSync(path.join(projectRoot, 'README.md'), 'utf8');
const guide = readFileSync(path.join(projectRoot, 'docs/writing-a-job.md'), 'utf8');
const JOB = 'count-buckets';
const WIRING = ['lib/jobs/job-catalogue.ts', 'serverless.yml', 'config/local.yml', 'config/resources/'];
/** Whoever came before; the tenant of the README is the fourth. */
const FORMER = [
  { tenantId: 'globex', name: 'Globex', accountId: '333333333333' },
  { tenantId: 'initech', name: 'Initech', accountId: '444444444444' },
  { tenantId: 'umbrella', name: 'Umbrella', accountId: '555555555555' },
];

/** Each step starts processes by the dozen; on a busy machine that takes several times what it takes alone. */
const PATIENCE_MS = 240_000;
vi.setConfig({ testTimeout: PATIENCE_MS });

const execute = promisify(execFile);
const written = guideBlocks(readme);
const followed = new Set<string>();
let root: string;
let stack: ChildProcess | undefined;
let configFile = '';

beforeAll(() => {
  root = makeFreshCopy('acceptance');
});
afterAll(async () => {
  if (stack?.pid !== undefined && stack.exitCode === null) {
    const exited = once(stack, 'exit');
    process.kill(-stack.pid, 'SIGINT');
    await exited;
  }
  rmSync(root, { recursive: true, force: true });
});

/** The one block of the README with these words in it. */
function block(words: string): string {
  const found = shellBlocks(readme).filter(({ text }) => text.includes(words));
  expect(found, words).toHaveLength(1);
  const text = found[0]?.text ?? '';
  followed.add(text);
  return text;
}

/** Both streams of a script in the copy, as a terminal shows them. What it ends with is part of what it says. */
async function shell(script: string, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const { PATH, HOME, TMPDIR } = process.env;
  const env = { PATH, HOME, TMPDIR, NO_COLOR: '1', ...settings };
  const options = { cwd: root, env, encoding: 'utf8', timeout: PATIENCE_MS } as const;
  const { stdout } = await execute('sh', ['-c', `exec 2>&1\n${script}`], options).catch((error) => {
    if (typeof error.stdout === 'string' && error.killed !== true) return { stdout: error.stdout };
    throw error;
  });
  return stdout;
}

/** In the second terminal, where the config file of the first was exported. */
function beside(script: string, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const terminal = block('export AWS_CONFIG_FILE').replace('AWS_CONFIG_FILE=…', `AWS_CONFIG_FILE='${configFile}'`);
  return shell(`${terminal.replace(/^broker doctor$/m, '')}\n${script}`, settings);
}

/** Runs an installed tool in the copy; rejects, with what it printed, when it fails. */
async function runTool(script: string, ...args: readonly string[]): Promise<void> {
  const options = { cwd: root, env: { ...process.env, NO_COLOR: '1' } };
  await execute(process.execPath, [path.join('node_modules', script), ...args], options).catch((error) => {
    throw new Error(`${script} fails:\n${error.stdout}\n${error.stderr}`);
  });
}

/** Whatever is another in each run: ids, keys, hashes, times, and the spaces between columns. */
function shapeOf(line: string): string {
  return line
    .replace(/(req_|\b[a-z-]+\.)[a-z2-7]{32}/g, '$1…')
    .replace(/\bASIA[A-Z0-9]{16}\b/g, 'ASIA')
    .replace(/\d\d:\d\d:\d\d UTC/g, 'hh:mm:ss UTC')
    .replace(/ +/g, ' ')
    .trim();
}

describeWith(awsCli, 'somebody who follows the pages', () => {
  it('sees what the README shows of the demo', async () => {
    const [first = ''] = block('npm run demo').split('\n');
    expect(first).toMatch(/^npm ci && npm run demo\b/);
    const printed = (await shell(first.replace('npm ci && ', ''))).split('\n').map(shapeOf);
    const [, excerpt = ''] = /<!-- the demo -->\n\n```\n(.*?)^```$/ms.exec(readme) ?? [];
    const shown = excerpt.trimEnd().split('\n').map(shapeOf);
    expect(shown.length).toBeGreaterThan(20);
    let at = 0;
    for (const line of shown) {
      const found = printed.indexOf(line, at);
      expect(found, `the demo prints, after the line before: ${line}`).toBeGreaterThanOrEqual(at);
      at = found + 1;
    }
  });

  it('adds a job: the README’s code, wired as the guide says', async () => {
    expect(written.map(({ file }) => file)).toEqual([`lib/jobs/${JOB}.job.ts`, `functions/jobs/${JOB}.ts`]);
    for (const one of written) applyBlock(one, root);
    const renamed = guide
      .replaceAll('measure-storage', JOB)
      .replaceAll('measureStorage', 'countBuckets')
      .replaceAll('MeasureStorage', 'CountBuckets');
    const wiring = guideBlocks(renamed).filter(({ file }) => WIRING.some((place) => file.startsWith(place)));
    expect(wiring).toHaveLength(5);
    for (const one of wiring) applyBlock(one, root);
    const files = written.map(({ file }) => file);
    const project = { extends: './tsconfig.json', include: [...files, 'local/**/*.d.ts'] };
    writeFileSync(path.join(root, 'tsconfig.readme.json'), JSON.stringify(project));
    await runTool('typescript/bin/tsc', '--noEmit', '--project', 'tsconfig.readme.json');
    await runTool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off', ...files);
  });

  it('starts the stack, and everything is well', async () => {
    const [line = ''] = block('npm run --silent local').split('\n');
    const command = `${line.replace(/ +#.*/, '')} -- --port 0 --quiet`;
    const { PATH, HOME, TMPDIR } = process.env;
    const options = { cwd: root, env: { PATH, HOME, TMPDIR }, detached: true } as const;
    stack = spawn('sh', ['-c', `exec ${command}`], { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
    let printed = '';
    stack.stdout?.on('data', (chunk) => {
      printed += chunk;
    });
    await expect.poll(() => printed, { timeout: PATIENCE_MS, interval: 100 }).toMatch(/^\{.*\}\n$/);
    const ready: { ready: boolean; awsConfigFile: string } = JSON.parse(printed);
    expect(ready.ready).toBe(true);
    configFile = ready.awsConfigFile;
    expect(await beside('broker doctor')).toContain('Everything is well.');
  });

  it('takes four customers in, the fourth to the letter', async () => {
    const script = block('broker tenants add acme');
    const others = FORMER.map(({ tenantId, name, accountId }) =>
      script
        .replaceAll('acme', tenantId)
        .replaceAll('Acme Corp', name)
        .replaceAll('222222222222', accountId)
        .replaceAll('role.sh', `${tenantId}.sh`),
    );
    for (const printed of await Promise.all([...others, script].map((one) => beside(one)))) {
      expect(printed).toMatch(/^\d{12} +credential-broker +trusted +all +just now +none$/m);
    }
    const listed = await beside('broker tenants list');
    expect([...listed.matchAll(/^([a-z]+) .*active/gm)].map((match) => match[1]).sort()).toEqual([
      'acme',
      ...FORMER.map(({ tenantId }) => tenantId),
    ]);
  });

  it('sees the third job run for the fourth customer', async () => {
    const event = /^AWS_PROFILE=scan-scheduler.*?}]'$/ms.exec(block('put-events'))?.[0] ?? '';
    const own = event.replace('com.example.scans', 'com.example.costs').replace('scan-account', JOB);
    const printed = await beside(`broker tenants set acme --jobs scan-account,${JOB}\n${own}`);
    expect(printed).toContain('"FailedEntryCount": 0');
    const story = () => beside(`AWS_PROFILE=auditor broker audit tenant acme --type issuance`);
    await expect.poll(story, { timeout: 60_000 }).toMatch(new RegExp(`222222222222 +${JOB} +cost-report +completed`));
    const [issuanceId = ''] = /count-buckets\.[a-z2-7]{32}/.exec(await story()) ?? [];
    const told = await beside(`AWS_PROFILE=auditor broker audit explain ${issuanceId} --json`);
    expect(told).toMatch(/\\?"buckets\\?": ?4/);
  });

  it('asks in three ways, and finds it in the audit', async () => {
    const asked = await beside(block('put-events'));
    expect(asked).toContain('"FailedEntryCount": 0');
    expect(asked).toMatch(/^222222222222 +completed/m);
    const [, ACCESS_KEY = ''] = /"AccessKeyId": *"(ASIA\w+)"/.exec(asked) ?? [];
    const [ISSUANCE = ''] = /scan-account\.[a-z2-7]{32}/.exec(asked) ?? [];
    const told = await beside(block('broker audit tenant'), { ACCESS_KEY, ISSUANCE });
    expect(told).toMatch(/issuance +acme +222222222222 +scan-account +scan-scheduler +completed/);
    expect(told).toMatch(/issuance +acme +222222222222 +scan-account +support-tool +issued/);
    expect(told).toContain('The whole story: broker audit explain scan-account.');
    for (const line of ['recorded and decided', 'intent recorded', 'session issued', 'session seen by CloudTrail']) {
      expect(told).toContain(line);
    }
    expect(told).toMatch(/^read +\d+ records in \d+ objects, \d issuances?$/m);
  });

  it('suspends the tenant, is refused from then on, and reads why', async () => {
    const said = await beside(block('broker tenants suspend'));
    expect(said).toMatch(/^acme is suspended since .*: nothing is issued or opened for it any more\.$/m);
    expect(said).toMatch(/^The last session that could exist ends by .*\.$/m);
    const [ask = ''] = /^.*broker run .*$/m.exec(block('put-events')) ?? [];
    expect(await beside(ask)).toContain('tenant.suspended');
    const story = await beside(block('broker audit tenant').split('\n')[0] ?? '');
    expect(story).toMatch(/request +acme +scan-account +support-tool +refused +tenant\.suspended/);
    expect(await beside('broker tenants changes acme')).toContain('tenant.suspended');
  });

  it('has then run every block of the README that a shell can run', () => {
    const blocks = shellBlocks(readme);
    expect(blocks.filter(({ text, needsAws }) => !needsAws && !followed.has(text))).toEqual([]);
  });
});
