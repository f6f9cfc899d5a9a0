import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../config/package/bundle-functions.ts';
import { readStageConfig } from '../../config/stage-config.ts';
import { root } from './source-files.ts';

const clones: string[] = [];
afterAll(() => {
  for (const clone of clones) rmSync(clone, { recursive: true });
});

/** The sources in another place, as another machine would have them, with times of their own. */
function cloneOf(name: string): string {
  const clone = mkdtempSync(path.join(tmpdir(), name));
  clones.push(clone);
  for (const part of ['lib', 'functions', 'package.json']) {
    cpSync(path.join(root, part), path.join(clone, part), { recursive: true });
  }
  utimesSync(path.join(clone, 'package.json'), 1, 1);
  symlinkSync(path.join(root, 'node_modules'), path.join(clone, 'node_modules'));
  return clone;
}

async function hashesOf(clone: string): Promise<Readonly<Record<string, string>>> {
  const outputDirectory = path.join(clone, 'out');
  await bundleFunctions({ root: clone, config: readStageConfig({ stage: 'dev' }), outputDirectory });
  const files = readdirSync(outputDirectory).toSorted();
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(path.join(outputDirectory, file)))
        .digest('hex'),
    ]),
  );
}

describe('two builds of one commit', () => {
  it('are the same bytes, wherever and whenever they are made', async () => {
    const first = await hashesOf(cloneOf('a-'));
    const second = await hashesOf(cloneOf('another-clone-with-a-longer-name-'));
    expect(Object.keys(first).length).toBeGreaterThan(20);
    expect(second).toEqual(first);
  });
});
