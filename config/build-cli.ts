/**
 * `npm run build:cli`: builds the installable command line and its client into `dist/`, because Node runs no TypeScript
 * of installed packages. Imports of packages stay imports; they are the dependencies of this package.
 */
import { execFile } from 'node:child_process';
import { chmod, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { projectRoot } from './stage-config.ts';

const dist = path.join(projectRoot, 'dist');

await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: projectRoot,
  entryPoints: [
    { in: 'lib/operator-cli/main.ts', out: 'broker' },
    { in: 'lib/client/client.ts', out: 'client' },
  ],
  outdir: dist,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
await chmod(path.join(dist, 'broker.mjs'), 0o755);
// Declarations keep the imports of `.ts` files, which TypeScript resolves to the `.d.ts` files beside them.
const compiler = path.join(projectRoot, 'node_modules/typescript/bin/tsc');
const project = path.join(projectRoot, 'config/tsconfig.client.json');
await promisify(execFile)(process.execPath, [compiler, '--project', project]);
process.stdout.write('dist/broker.mjs, dist/client.mjs and dist/types are made: npm install --global .\n');
