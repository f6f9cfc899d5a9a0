/**
 * `npm run build:verifier`: builds `dist/verify-receipts.mjs`, which is given to customers: one file that runs on Node
 * alone, without packages, without network and without AWS.
 */
import { builtinModules } from 'node:module';
import path from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from './stage-config.ts';

const { metafile } = await build({
  absWorkingDir: projectRoot,
  entryPoints: { 'verify-receipts': 'lib/operator-cli/verify-receipts.ts' },
  outdir: path.join(projectRoot, 'dist'),
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  charset: 'utf8',
  legalComments: 'inline',
  logLevel: 'warning',
  metafile: true,
});

const modules = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map((imported) => imported.path));
const strange = modules.filter((name) => !builtinModules.includes(name.replace(/^node:/, '')));
const reaching = modules.filter((name) =>
  /^(node:)?(https?|http2|net|tls|dgram|dns|child_process|worker_threads)$/.test(name),
);
if (strange.length + reaching.length > 0) {
  throw new Error(`the verifier must run alone, and imports ${[...strange, ...reaching].join(', ')}`);
}
process.stdout.write('dist/verify-receipts.mjs is made: node dist/verify-receipts.mjs --help\n');
