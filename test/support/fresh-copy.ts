import { cpSync, mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../config/stage-config.ts';

const NOT_COPIED = new Set(['node_modules', '.git', '.build', '.serverless', 'coverage', 'dist']);

/** A folder with the project as somebody has it who has just cloned it and installed its packages. Whoever asks removes it. */
export function makeFreshCopy(prefix: string): string {
  const root = mkdtempSync(path.join(tmpdir(), `${prefix}-`));
  for (const entry of readdirSync(projectRoot).filter((name) => !NOT_COPIED.has(name))) {
    cpSync(path.join(projectRoot, entry), path.join(root, entry), { recursive: true });
  }
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'));
  return root;
}
