import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type PackageOptions, packageStage } from '../../../../config/package/package-stage.ts';
import { projectRoot } from '../../../../config/stage-config.ts';
import { createConfigTree } from '../config-tree.ts';

const tree = createConfigTree();
afterAll(() => tree.remove());

const lines: string[] = [];
function packageTree(options: Partial<PackageOptions> = {}) {
  lines.length = 0;
  return packageStage({ stage: 'local', root: tree.root, log: (line) => lines.push(line), ...options });
}

function bytesOf(file: string): Buffer {
  return readFileSync(path.join(tree.root, '.build/local/functions', file));
}

// Each test goes on from what the one before left.
describe('packageStage', () => {
  it('makes bundles, zips and templates, and prints their sizes', async () => {
    const { built, functionsDirectory, templatePath, config } = await packageTree();
    expect(built).toBe(true);
    expect(config.deploymentId).toBe('local1');
    const names = tree.functionNames;
    expect(names).toEqual(expect.arrayContaining(['issue-credentials', 'scan-account']));
    const made = names.flatMap((name) => [`${name}.mjs`, `${name}.zip`]);
    expect(readdirSync(functionsDirectory).sort()).toEqual(made.sort());
    expect(readdirSync(path.dirname(templatePath))).toEqual(expect.arrayContaining(names.map((name) => `${name}.zip`)));
    expect(JSON.parse(readFileSync(templatePath, 'utf8'))).toHaveProperty('Resources.Bus');
    expect(lines.join('\n')).toMatch(/issue-credentials +\d\.\d kB +\d\.\d kB/);
  });

  it('compiles the configuration in, and nothing of the sources', async () => {
    const file = path.join(tree.root, '.build/local/functions/scan-account.mjs');
    const bundle: { handler: () => Promise<string> } = await import(pathToFileURL(file).href);
    expect(await bundle.handler()).toBe('local1');
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('a remark of the source');
    expect(text).not.toContain('sourceMappingURL');
    // Reading the file is for who packages it, not for who runs it.
    expect(text).not.toContain('Start from a copy of config/dev.yml');
  });

  it('does nothing when nothing has changed', async () => {
    expect(await packageTree()).toMatchObject({ built: false });
    expect(lines).toEqual(['local: nothing has changed since it was packaged']);
  });

  it('makes the same bundles again when told to', async () => {
    const before = [bytesOf('issue-credentials.mjs'), bytesOf('issue-credentials.zip')];
    expect(await packageTree({ force: true })).toMatchObject({ built: true });
    expect([bytesOf('issue-credentials.mjs'), bytesOf('issue-credentials.zip')]).toEqual(before);
  });

  it('packages anew when an input changes', async () => {
    tree.write('lib/a-new-file.ts', 'export const nothing = 0;\n');
    expect(await packageTree()).toMatchObject({ built: true });
  });

  it('packages once for two that ask at the same time', async () => {
    tree.write('lib/a-new-file.ts', 'export const nothing = 1;\n');
    const [first, second] = await Promise.all([packageTree(), packageTree()]);
    expect([first.built, second.built].sort()).toEqual([false, true]);
  });

  it('shows what is wrong in serverless.yml, and does not take the rest for a package', async () => {
    const good = readFileSync(path.join(projectRoot, 'serverless.yml'), 'utf8');
    tree.write('serverless.yml', good.replace('memorySize: 512', 'memorySize: plenty'));
    await expect(packageTree()).rejects.toThrow(/serverless\.yml cannot be packaged:[\s\S]*memorySize/);
    expect(existsSync(path.join(tree.root, '.build/local/inputs.sha256'))).toBe(false);
    tree.write('serverless.yml', good);
    expect(await packageTree()).toMatchObject({ built: true });
  });

  it('refuses two functions of one name', async () => {
    tree.write('functions/scan-account.ts', 'export const handler = 0;\n');
    await expect(packageTree()).rejects.toThrow('another function has this name too');
    rmSync(path.join(tree.root, 'functions/scan-account.ts'));
  });

  it('refuses a dependency that would fail when it is loaded', async () => {
    const good = readFileSync(path.join(tree.root, 'functions/issue-credentials.ts'), 'utf8');
    tree.write('lib/commonjs.cjs', "module.exports = require('node:os').EOL;\n");
    tree.write(
      'functions/issue-credentials.ts',
      "import eol from '../lib/commonjs.cjs';\nexport const handler = eol;\n",
    );
    await expect(packageTree()).rejects.toThrow('the bundle issue-credentials calls require');
    tree.write('functions/issue-credentials.ts', good);
  });

  it('says which stages there are when one has no configuration', async () => {
    await expect(packageTree({ stage: 'staging' })).rejects.toThrow('the stages that have one: dev, local, prod');
  });
});
