import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWorkingTree } from '../../../../config/deploy/working-tree.ts';

const root = mkdtempSync(path.join(tmpdir(), 'working-tree-'));
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: root });
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
};
beforeAll(() => {
  git('init', '--quiet');
  write('lib/a.ts', 'one');
  write('docs/a.md', 'one');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('what a package would be of', () => {
  it('is the commit, where everything that is packaged is in it', async () => {
    write('docs/a.md', 'two');
    const { commit, changed } = await readWorkingTree(root);
    expect(commit).toBe(git('rev-parse', 'HEAD').toString().trim());
    expect(changed).toEqual([]);
  });

  it('is no commit, where a file of it is changed or new', async () => {
    write('lib/a.ts', 'two');
    write('config/a stage.yml', 'new');
    expect((await readWorkingTree(root)).changed).toEqual(['lib/a.ts', 'config/a stage.yml']);
  });

  it('is unknown where there is no git', async () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'no-git-'));
    expect(await readWorkingTree(elsewhere)).toEqual({ changed: [] });
    rmSync(elsewhere, { recursive: true, force: true });
  });
});
