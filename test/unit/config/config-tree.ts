import { cpSync, globSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../../config/stage-config.ts';

export type ConfigTree = {
  readonly root: string;
  readonly functionNames: readonly string[];
  write(file: string, text: string): void;
  remove(): void;
};

/** A copy of the parts of the project that a package is made of, in which the functions are a line each. */
export function createConfigTree(): ConfigTree {
  const root = mkdtempSync(path.join(tmpdir(), 'config-tree-'));
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  for (const part of ['config', 'lib', 'serverless.yml', 'package.json', 'package-lock.json']) {
    cpSync(path.join(projectRoot, part), path.join(root, part), { recursive: true });
  }
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'));
  const functions = globSync(['functions/*.ts', 'functions/jobs/*.ts'], { cwd: projectRoot });
  for (const file of functions) write(file, functionIn(path.posix.relative(path.posix.dirname(file), 'lib')));
  const functionNames = functions.map((file) => path.basename(file, '.ts')).sort();
  return { root, functionNames, write, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function functionIn(lib: string): string {
  return `import { deploymentConfig } from '${lib}/platform/deployment-config/deployment-config.ts';
// a remark of the source
export const handler = async () => deploymentConfig().deploymentId;
`;
}
