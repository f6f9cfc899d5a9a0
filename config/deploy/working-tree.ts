import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The files that go into a package; differences from the commit elsewhere do not matter. */
const INPUTS = ['functions', 'lib', 'config', 'serverless.yml', 'package.json', 'package-lock.json'];

export type WorkingTree = {
  /** Undefined where there is no git, or no commit yet. */
  readonly commit?: string;
  /** Files of a package whose present content is in no commit. */
  readonly changed: readonly string[];
};

/** The commit that a package would be made from: a deployment must be in git, so that it can be deployed again. */
export async function readWorkingTree(root: string): Promise<WorkingTree> {
  try {
    const git = async (...args: readonly string[]) => (await run('git', [...args], { cwd: root })).stdout;
    const commit = (await git('rev-parse', 'HEAD')).trim();
    const status = await git('status', '--porcelain', '--untracked-files=all', '-z', '--no-renames', '--', ...INPUTS);
    return { commit, changed: status.split('\0').flatMap((entry) => (entry === '' ? [] : [entry.slice(3)])) };
  } catch {
    return { changed: [] };
  }
}
