import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from './source-files.ts';

const serverless: { functions: Record<string, { handler: string }> } = parse(
  readFileSync(path.join(root, 'serverless.yml'), 'utf8'),
  { logLevel: 'silent' },
);
const files = [...globSync('functions/*.ts', { cwd: root }), ...globSync('functions/jobs/*.ts', { cwd: root })];
const names = files.map((file) => path.basename(file, '.ts')).sort();

describe('deployed functions', () => {
  it('are the files of functions/, by name', () => {
    expect(Object.keys(serverless.functions).sort()).toEqual(names);
  });

  it.each(Object.entries(serverless.functions))(
    '%s is deployed by the handler of its own file',
    (name, { handler }) => {
      expect(handler).toBe(`${name}.handler`);
    },
  );

  it.each(files)('%s exports the composed handler and nothing else', (file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    const exported = [...text.matchAll(/^export (?:const|function|async function|type|class) (\w+)/gm)].map(
      (match) => match[1],
    );
    expect(exported).toEqual(['handler']);
    // The value that is exported is the one that was composed: not a bare function with a forgotten wrapper.
    expect(text).toMatch(/export const handler = (middy|jobHandler)[(<]/);
  });

  it('stand in the README’s table, every one', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    const listed = [...readme.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] ?? '').sort();
    expect(listed).toEqual(names);
  });
});
