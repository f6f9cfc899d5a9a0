import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { scriptRuns } from '../support/command-runs.ts';
import { makeFreshCopy } from '../support/fresh-copy.ts';
import { type LocalStack, startLocalStack } from '../support/local-stack.ts';
import { shellBlocks } from '../support/shell-blocks.ts';

vi.setConfig({ testTimeout: 180_000 });

const execute = promisify(execFile);
let root: string;
let stack: LocalStack;
beforeAll(async () => {
  root = makeFreshCopy('documented-scripts');
  stack = await startLocalStack();
}, 180_000);
afterAll(async () => {
  await stack?.close();
  rmSync(root, { recursive: true, force: true });
});

/** In the copy, since scripts write: bundles, a bill of materials, a command line to install. */
async function shell(script: string, settings: Readonly<Record<string, string>> = {}) {
  const { PATH, HOME, TMPDIR } = process.env;
  const options = { cwd: root, env: { PATH, HOME, TMPDIR, NO_COLOR: '1', ...settings }, encoding: 'utf8' } as const;
  return await execute('sh', ['-c', `set -e\n${script}`], options).then(
    ({ stdout, stderr }) => ({ exitCode: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ exitCode: Number(code), stdout: String(stdout), stderr: String(stderr) }),
  );
}

const small = Object.entries(scriptRuns).flatMap(([name, ran]) => ('args' in ran ? [{ name, ...ran }] : []));

describe('the scripts that documents name, run small in a fresh copy', () => {
  it.each(small)('npm run $name', async ({ name, args, says }) => {
    const { exitCode, stdout, stderr } = await shell(`npm run --silent ${name} -- ${args.join(' ')}`);
    expect(`${stdout}${stderr}`).toMatch(says);
    // A bench ends with 1 where it misses its floor, which a small run on a busy machine may.
    expect(name.startsWith('bench:') ? [0, 1] : [0]).toContain(exitCode);
  });
});

describe('the command line, from a clone and installed', () => {
  it('lists tenants either way, as docs/cli.md says', async () => {
    const document = readFileSync(path.join(root, 'docs/cli.md'), 'utf8');
    const [block] = shellBlocks(document).filter(({ text }) => text.includes('npm install --global'));
    const prefix = path.join(root, 'installed');
    mkdirSync(prefix);
    const settings = {
      AWS_CONFIG_FILE: stack.awsConfigFile,
      AWS_PROFILE: 'operator',
      npm_config_prefix: prefix,
      npm_config_offline: 'true',
    };
    const ran = await shell(`${block?.text}\nexec "${prefix}/bin/broker" tenants list`, settings);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    expect(ran.stdout.match(/^TENANT +NAME/gm)).toHaveLength(2);
    expect(ran.stdout.match(/^acme +/gm)).toHaveLength(2);
  });
});
