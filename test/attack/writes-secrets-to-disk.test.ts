import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';

/**
 * T23: credentials in a file. Node itself keeps the process from writing anywhere but below one folder, and from starting
 * programs; functions run in threads of that process, from their packaged bundles.
 */
const run = promisify(execFile);
let directory: string;
beforeAll(async () => {
  await packageStage({ stage: 'local', log: () => undefined });
  directory = await mkdtemp(path.join(tmpdir(), 'broker-disk-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function confined(...program: readonly string[]) {
  const rights = ['--allow-fs-read=*', `--allow-fs-write=${directory}`, '--allow-worker', '--allow-addons'];
  const environment = { PATH: process.env['PATH'], TMPDIR: directory };
  return run(process.execPath, ['--permission', ...rights, ...program], { cwd: projectRoot, env: environment });
}

describe('a function that would put what it was given into a file', () => {
  it('is kept from it where this is tried', async () => {
    const elsewhere = path.join(tmpdir(), 'broker-secret.txt');
    const write = `import('node:fs').then((fs) => fs.writeFileSync(${JSON.stringify(elsewhere)}, 'secret'))`;
    await expect(confined('--eval', write)).rejects.toThrow('ERR_ACCESS_DENIED');
    await expect(confined('--eval', "import('node:child_process').then((c) => c.execFileSync('id'))")).rejects.toThrow(
      'ERR_ACCESS_DENIED',
    );
  });

  it('is none of those that are deployed: the whole story runs, and no file holds a secret of a session', async () => {
    const { stdout } = await confined('test/attack/story-without-a-disk.ts', projectRoot);
    const { secrets, files, hits } = JSON.parse(stdout);
    expect(secrets).toBeGreaterThan(20);
    // The stack's own: the profiles of the emulated accounts, and what CloudTrail shows, session tokens among it, as the real
    // one does ("CloudTrail log file examples", AWS CloudTrail User Guide). Nothing is a function's.
    expect({ files, hits }).toEqual({ files: ['aws-config', 'cloudtrail.jsonl'], hits: ['cloudtrail.jsonl'] });
    expect(await readdir(directory)).toEqual([]);
  });
});
