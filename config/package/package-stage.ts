import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { DeploymentConfigError } from '../../lib/platform/deployment-config/problem.ts';
import { catalogueProblems } from '../catalogue-problems.ts';
import { writeArchiveAccountTemplate } from '../hardening/write-archive-account-template.ts';
import { projectRoot, readStageConfig } from '../stage-config.ts';
import { withBuildLock } from './build-lock.ts';
import { type Bundle, bundleFunctions } from './bundle-functions.ts';
import { hashInputs } from './input-hash.ts';
import { packageTemplate } from './package-template.ts';

export type PackagedStage = {
  readonly stage: string;
  readonly config: DeploymentConfig;
  /** Holds `<function>.mjs` and `<function>.zip` for each function. */
  readonly functionsDirectory: string;
  /** The CloudFormation template of everything, as JSON. */
  readonly templatePath: string;
  /** False where nothing had changed since the last time. */
  readonly built: boolean;
};

export type PackageOptions = {
  readonly stage: string;
  readonly log: (line: string) => void;
  /** Package even where nothing has changed. */
  readonly force?: boolean;
  /** The folder of `serverless.yml`; this project's unless a test packages a copy. */
  readonly root?: string;
};

/** Packages a stage into `.build/<stage>`: the bundled functions and their template. Safe to call in parallel. */
export async function packageStage({ stage, log, force = false, root = projectRoot }: PackageOptions) {
  const config = readStageConfig({ stage, root });
  const problems = await catalogueProblems(root);
  if (problems.length > 0) throw new DeploymentConfigError(stage, problems);
  const directory = path.join(root, '.build', stage);
  const packageDirectory = path.join(directory, 'package');
  const made = {
    stage,
    config,
    functionsDirectory: path.join(directory, 'functions'),
    templatePath: path.join(packageDirectory, 'cloudformation-template-update-stack.json'),
  };
  return withBuildLock(path.join(root, '.build'), async (): Promise<PackagedStage> => {
    const hashFile = path.join(directory, 'inputs.sha256');
    const hash = await hashInputs({ root, stage });
    const last = existsSync(made.templatePath) ? await readFile(hashFile, 'utf8').catch(() => undefined) : undefined;
    if (!force && last === hash) {
      log(`${stage}: nothing has changed since it was packaged`);
      return { ...made, built: false };
    }
    // The hash is written only when everything is made, so that a build that broke is not taken for a package.
    await rm(hashFile, { force: true });
    log(`${stage}: bundling the functions`);
    const bundles = await bundleFunctions({ root, config, outputDirectory: made.functionsDirectory });
    for (const line of sizeTable(bundles)) log(line);
    log(`${stage}: making the template`);
    await packageTemplate({ root, stage, functionsDirectory: made.functionsDirectory, packageDirectory });
    await writeArchiveAccountTemplate(config, { stage, packageDirectory });
    await writeFile(hashFile, hash);
    log(`${stage}: packaged in ${path.relative(root, directory)}`);
    return { ...made, built: true };
  });
}

function sizeTable(bundles: readonly Bundle[]): readonly string[] {
  const width = Math.max(...bundles.map(({ name }) => name.length), 'function'.length);
  const row = (name: string, bundle: string, zip: string) =>
    `  ${name.padEnd(width)}  ${bundle.padStart(9)}  ${zip.padStart(9)}`;
  const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;
  return [
    row('function', 'bundle', 'zip'),
    ...bundles.map(({ name, bytes, zippedBytes }) => row(name, kilobytes(bytes), kilobytes(zippedBytes))),
  ];
}
