import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import path from 'node:path';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';

/** T45: a package that nobody asked for, one that runs when it is installed. */
const RUNTIME = 15;
const runtime = [
  '@aws-lambda-powertools/logger',
  '@aws-lambda-powertools/metrics',
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-eventbridge',
  '@aws-sdk/client-kms',
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-sqs',
  '@aws-sdk/client-sts',
  '@aws-sdk/lib-dynamodb',
  '@middy/core',
  '@smithy/signature-v4',
  'csv-parse',
  'valibot',
  'yargs',
];
const names = v.optional(v.record(v.string(), v.string()), {});
const manifestSchema = v.looseObject({
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  scripts: names,
  allowScripts: v.record(v.string(), v.boolean()),
});
const lockSchema = v.looseObject({
  lockfileVersion: v.literal(3),
  packages: v.record(
    v.string(),
    v.looseObject({
      integrity: v.optional(v.string()),
      resolved: v.optional(v.string()),
      link: v.optional(v.boolean()),
      hasInstallScript: v.optional(v.boolean()),
      dev: v.optional(v.boolean()),
      optional: v.optional(v.boolean()),
    }),
  ),
});

let manifest: v.InferOutput<typeof manifestSchema>;
let packages: v.InferOutput<typeof lockSchema>['packages'];
beforeAll(async () => {
  const read = async (name: string) => JSON.parse(await readFile(path.join(projectRoot, name), 'utf8'));
  manifest = v.parse(manifestSchema, await read('package.json'));
  ({ packages } = v.parse(lockSchema, await read('package-lock.json')));
});

const installed = () => Object.entries(packages).filter(([name]) => name !== '');
const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('the dependencies', () => {
  it('that run in a deployment are those that are listed here, fifteen at the most', () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual([...runtime].sort());
    expect(runtime.length).toBeLessThanOrEqual(RUNTIME);
  });

  it('are each of one version, which no new release can move', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    const exact = /^(?:npm:[a-z-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/;
    expect(Object.entries(all).filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  it('are locked by their content, and come from the registry and from nowhere else', () => {
    const loose = installed().filter(
      ([, { integrity, link }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? '') || link === true,
    );
    expect(loose.map(([name]) => name)).toEqual([]);
    const resolved = installed().flatMap(([, one]) => one.resolved ?? []);
    // Left out, each comes from the registry that whoever installs has chosen.
    expect(resolved).toEqual([]);
  });

  it('run nothing when they are installed, but for those that are allowed by name', () => {
    const running = installed().filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(running.map(([place]) => nameOf(place)).sort()).toEqual(Object.keys(manifest.allowScripts).sort());
    expect(running.filter(([, { dev, optional }]) => dev !== true && optional !== true)).toEqual([]);
  });

  it('bear no name of a module of Node', () => {
    expect(
      installed().filter(([place]) => builtinModules.includes(nameOf(place)) && packages[place]?.dev !== true),
    ).toEqual([]);
  });
});

describe('the project', () => {
  it('runs nothing of its own when it is installed', () => {
    const lifecycle = /^(pre|post)?(install|prepare|pack|publish|prepublishOnly|dependencies)$/;
    expect(Object.keys(manifest.scripts).filter((name) => lifecycle.test(name))).toEqual([]);
  });
});
