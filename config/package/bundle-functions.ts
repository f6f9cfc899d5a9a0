import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { builtinsWithoutFacades } from './builtins-without-facades.ts';
import { sdkAsNeeded } from './sdk-as-needed.ts';
import { zipOneFile } from './zip-file.ts';

export type Bundle = { readonly name: string; readonly bytes: number; readonly zippedBytes: number };

/**
 * Bundles each file of `functions/` and `functions/jobs/` to one minified ES module, without source text or source map,
 * with the deployment's configuration compiled in, and puts a zip with that one file beside it. The same sources give
 * the same bytes.
 */
export async function bundleFunctions({
  root,
  config,
  outputDirectory,
}: {
  root: string;
  config: DeploymentConfig;
  outputDirectory: string;
}): Promise<readonly Bundle[]> {
  const entries = await entryPoints(root);
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries.map(({ name, file }) => ({ in: file, out: name })),
    outdir: outputDirectory,
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'silent',
    plugins: [modulesWithoutSideEffects(root), credentialsOfTheRoleOnly(root), builtinsWithoutFacades(), sdkAsNeeded()],
    define: { DEPLOYMENT_CONFIG: JSON.stringify(config) },
  });
  await rm(outputDirectory, { recursive: true, force: true });
  await mkdir(outputDirectory, { recursive: true });
  return Promise.all(outputFiles.map(writeBundle));
}

/** Our modules only declare things when they are loaded, so the bundler may leave out what a function does not use. */
function modulesWithoutSideEffects(root: string): Plugin {
  const ours = ['lib', 'functions'].map((folder) => path.join(root, folder) + path.sep);
  return {
    name: 'modules-without-side-effects',
    setup(builder) {
      builder.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ importer, resolveDir, path: imported }) =>
        ours.some((folder) => importer.startsWith(folder))
          ? { path: path.resolve(resolveDir, imported), sideEffects: false }
          : undefined,
      );
    },
  };
}

/** See `lib/platform/lambda-credentials.ts`: no other source of credentials, and no STS client of the SDK's own. */
export function credentialsOfTheRoleOnly(root: string): Plugin {
  const provider = path.join(root, 'lib/platform/lambda-credentials.ts');
  return {
    name: 'credentials-of-the-role-only',
    setup(builder) {
      builder.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({ path: provider }));
    },
  };
}

/** One deployed function for each file, under the file's name. */
async function entryPoints(root: string): Promise<readonly { name: string; file: string }[]> {
  const inFolders = await Promise.all(
    ['functions', 'functions/jobs'].map(async (folder) => {
      const files = await readdir(path.join(root, folder), { withFileTypes: true });
      return files.filter((file) => file.isFile() && file.name.endsWith('.ts')).map(({ name }) => `${folder}/${name}`);
    }),
  );
  const entries = inFolders.flat().map((file) => ({ name: path.basename(file, '.ts'), file }));
  const twice = entries.find(({ name }, index) => entries.findIndex((entry) => entry.name === name) < index);
  if (twice !== undefined) throw new Error(`${twice.file}: another function has this name too; rename one`);
  if (entries.length === 0) throw new Error('there is no function in functions/: nothing to package');
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function writeBundle({ path: file, contents }: { path: string; contents: Uint8Array }): Promise<Bundle> {
  const name = path.basename(file, '.mjs');
  refuseRequire(name, contents);
  const zip = zipOneFile({ name: path.basename(file), content: contents });
  await Promise.all([writeFile(file, contents), writeFile(file.replace(/\.mjs$/, '.zip'), zip)]);
  return { name, bytes: contents.length, zippedBytes: zip.length };
}

/**
 * Refuses the code that esbuild puts where a CommonJS dependency calls `require`: no ES module has `require`, so the
 * call would fail when it runs.
 */
function refuseRequire(name: string, contents: Uint8Array): void {
  if (Buffer.from(contents).includes('Dynamic require of')) {
    throw new Error(`the bundle ${name} calls require, which an ES module does not have: a dependency is CommonJS`);
  }
}
