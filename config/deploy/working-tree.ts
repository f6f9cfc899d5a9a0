import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a package is made of; what else differs from the commit does not matter. */
const INPUTS = ['functions', 'lib', 'config', 'serverless.yml', 'package.json', 'package-lock.json'];

export type WorkingTree = {
  /** Undefined where there is no git, or nothing is committed. */
  readonly commit?: string;
  /** Files that a package is made of and that no commit has as they are. */
  readonly changed: readonly string[];
};

/** Which commit a package would be of: what is deployed must be there to be deployed again. */
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
