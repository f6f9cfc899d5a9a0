import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const INPUTS = ['functions', 'lib', 'config', 'serverless.yml', 'package-lock.json'];

/** SHA-256 over the path and content of every file that a package is made of: equal hashes, equal packages. */
export async function hashInputs({ root, stage }: { root: string; stage: string }): Promise<string> {
  const hash = createHash('sha256').update(`${stage} node ${process.versions.node}\n`);
  const files = (await Promise.all(INPUTS.map((input) => filesUnder(root, input)))).flat().sort();
  for (const file of files) {
    const content = await readFile(path.join(root, file));
    hash.update(`${file.length}:${file}${content.length}:`).update(content);
  }
  return hash.digest('hex');
}

async function filesUnder(root: string, input: string): Promise<readonly string[]> {
  if (path.extname(input) !== '') return [input];
  const entries = await readdir(path.join(root, input), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
}
