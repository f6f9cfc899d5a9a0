import { mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { bundleFunctions } from '../../../config/package/bundle-functions.ts';
import { projectRoot, readStageConfig } from '../../../config/stage-config.ts';

/** One function as it is deployed, and the same file as a bundler makes it that nobody told anything. */
export type BundlePair = {
  readonly name: string;
  readonly bytes: number;
  readonly zippedBytes: number;
  readonly naiveBytes: number;
  readonly file: string;
  readonly naiveFile: string;
};

const PEERS = ['naive-function', 'middy-function'];

/** Bytes that the broker's bundle may have. */
export const BROKER_BUDGET_BYTES = 500_000;

/** Of code of its own, not of ours. */
export type NaiveBundle = { readonly bytes: number; readonly file: string };
export type Bundles = {
  readonly pairs: readonly BundlePair[];
  readonly naiveBroker: NaiveBundle;
  readonly middy: NaiveBundle;
};

/** Every function, both ways, in two folders of this one, and the peers. */
export async function bundleBothWays(folder: string): Promise<Bundles> {
  const [ours, naive] = [path.join(folder, 'ours'), path.join(folder, 'naive')];
  const config = readStageConfig({ stage: 'local' });
  const bundles = await bundleFunctions({ root: projectRoot, config, outputDirectory: ours });
  await bundleNaively(naive, JSON.stringify(config));
  const pairs = await Promise.all(
    bundles.map(async ({ name, bytes, zippedBytes }) => {
      const naiveFile = path.join(naive, `${name}.cjs`);
      const naiveBytes = (await stat(naiveFile)).size;
      return { name, bytes, zippedBytes, naiveBytes, file: path.join(ours, `${name}.mjs`), naiveFile };
    }),
  );
  const peer = async (name: string) => {
    const file = path.join(naive, `${name}.cjs`);
    return { bytes: (await stat(file)).size, file };
  };
  return { pairs, naiveBroker: await peer('naive-function'), middy: await peer('middy-function') };
}

/**
 * esbuild's own settings for Node: not minified, and packages as their CommonJS builds, of which nothing can be left out:
 * whole clients of the SDK with its chain of credentials, and all of Powertools that is imported.
 */
async function bundleNaively(outdir: string, config: string): Promise<void> {
  await mkdir(outdir, { recursive: true });
  const folders = ['functions', 'functions/jobs'];
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(path.join(projectRoot, folder)))
        .filter((name) => name.endsWith('.ts'))
        .map((name) => path.join(projectRoot, folder, name)),
    ),
  );
  await build({
    entryPoints: [...files.flat(), ...PEERS.map((name) => path.join(import.meta.dirname, `${name}.ts`))],
    outdir,
    entryNames: '[name]',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    logLevel: 'silent',
    define: { DEPLOYMENT_CONFIG: config },
  });
}
