import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';

/** T12: whoever runs next in a warm process looks through its memory for what the tenants before it had. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'warm-process-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs sixty jobs of three tenants in a process of its own; how many of their secrets are in its heap afterwards. */
async function secretsLeft(keep: 'nothing' | 'everything') {
  const file = path.join(folder, `${keep}.heapsnapshot`);
  const program = path.join(projectRoot, 'test/attack/warm-process.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, file, keep]);
  const { hidden } = JSON.parse(stdout);
  const heap = await readFile(file, 'latin1');
  const secrets: string[] = hidden.map((hex: string) =>
    Buffer.from(Buffer.from(hex, 'hex').map((byte) => byte ^ 0xff)).toString(),
  );
  expect(new Set(secrets).size).toBe(120);
  // Past the first letters, which all of them share, and the quote, which a snapshot would escape.
  return secrets.filter((secret) => heap.includes(secret.slice(8, 38))).length;
}

it('a warm process holds no secret of any job that ran in it', async () => {
  expect(await secretsLeft('nothing')).toBe(0);
});

it('a secret that a job keeps would be seen', async () => {
  expect(await secretsLeft('everything')).toBe(120);
});
