import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readTemplate } from '../template/read-template.ts';
import type { DeploymentPlace } from '../template/references.ts';
import type { Wiring } from '../template/wiring.ts';

/** The places where packaging puts a stage's bundles and its template. */
export function packagedPaths(packageDir: string): { readonly functionsDirectory: string; readonly template: string } {
  return {
    functionsDirectory: path.join(packageDir, 'functions'),
    template: path.join(packageDir, 'package', 'cloudformation-template-update-stack.json'),
  };
}

/** Reads the packaged template; where nothing is packaged, the error says what to do. */
export async function readPackagedTemplate(packageDir: string, place: DeploymentPlace): Promise<Wiring> {
  const { template } = packagedPaths(packageDir);
  const text = await readFile(template, 'utf8').catch((cause: unknown) => {
    throw new Error(`there is no packaged template at ${template}; run npm run package`, { cause });
  });
  return readTemplate(JSON.parse(text), place);
}
