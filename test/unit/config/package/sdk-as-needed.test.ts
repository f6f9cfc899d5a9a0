import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { build, type Plugin } from 'esbuild';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sdkAsNeeded, withPlainKeys } from '../../../../config/package/sdk-as-needed.ts';
import { projectRoot } from '../../../../config/stage-config.ts';

const manifest: unknown = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));
const { dependencies } = v.parse(v.object({ dependencies: v.record(v.string(), v.string()) }), manifest);
const schemas = Object.keys(dependencies)
  .filter((name) => name.startsWith('@aws-sdk/client-'))
  .map((name) => `node_modules/${name}/dist-es/schemas/schemas_0.js`);
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sdk-as-needed-'));
});
afterAll(() => rm(folder, { recursive: true }));

const keys = [
  { what: 'a key of a constant', source: 'const _h = "http";\nx = { [_h]: 1 };', expected: 'x = { "http": 1 };' },
  { what: 'a key of nothing known', source: 'x = { [_h]: 1 };', expected: 'x = { [_h]: 1 };' },
  { what: 'a key of an escaped text', source: 'const _h = "a\\"b";\nx = { [_h]: 1 };', expected: 'x = { [_h]: 1 };' },
  { what: 'a list', source: 'const _h = "http";\nx = [[_h], _h ? [_h] : 0];', expected: 'x = [[_h], _h ? [_h] : 0];' },
] as const;

describe('withPlainKeys', () => {
  it.each(keys)('writes $what', ({ source, expected }) => {
    expect(withPlainKeys(source).split('\n').at(-1)).toBe(expected);
  });

  it.each(schemas)('leaves no key computed in %s', (file) => {
    const source = readFileSync(path.join(projectRoot, file), 'utf8');
    expect(withPlainKeys(source).match(/\[_\w+\]\s*:/g)).toBe(null);
  });
});

describe('sdkAsNeeded', () => {
  it.each(schemas)('changes nothing of %s', async (file) => {
    const [as, plain] = [await loaded(file, 'as', [sdkAsNeeded()]), await loaded(file, 'plain', [])];
    expect(Object.keys(as).length).toBeGreaterThan(20);
    // A module by itself shows as getters of which nothing is read.
    expect(described(plain)).not.toContain('Getter');
    expect(described(plain)).toContain('[Function');
    expect(described(as)).toBe(described(plain));
  });

  it('lets a client still say its version', async () => {
    const file = 'node_modules/@aws-sdk/client-lambda/package.json';
    const all: unknown = JSON.parse(readFileSync(path.join(projectRoot, file), 'utf8'));
    const { default: read } = await loaded(file, 'package', [sdkAsNeeded()]);
    expect(Object.keys(Object(read))).toEqual(['name', 'version']);
    expect(all).toMatchObject(Object(read));
  });
});

/** A module of the SDK as a bundle has it. */
async function loaded(file: string, name: string, plugins: Plugin[]): Promise<Readonly<Record<string, unknown>>> {
  const outfile = path.join(folder, `${name}-${path.dirname(file).replaceAll('/', '-')}.mjs`);
  const entryPoints = [path.join(projectRoot, file)];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', plugins, logLevel: 'silent' });
  return import(outfile);
}

function described(module: Readonly<Record<string, unknown>>): string {
  return inspect({ ...module }, { depth: 12, maxArrayLength: null, maxStringLength: null, sorted: true });
}
