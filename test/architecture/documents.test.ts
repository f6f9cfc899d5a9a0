import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../lib/errors.ts';
import { root, sourceFiles } from './source-files.ts';

const manifest: { dependencies: Record<string, string>; devDependencies: Record<string, string> } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
);

const shipped = sourceFiles('{lib,functions,config}/**/*.{ts,yml}', 'serverless.yml')
  .map(({ text }) => text)
  .join('\n');

describe('documents in step with the code', () => {
  it('docs/errors.md is the table of codes (vitest run test/architecture -u writes it)', async () => {
    await expect(errorsDocument()).toMatchFileSnapshot(path.join(root, 'docs/errors.md'));
  });

  it.each(Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))(
    '%s is pinned exactly and docs/architecture.md says what it is for',
    (name, version) => {
      expect(version).toMatch(/^(npm:[a-z]+@)?\d+\.\d+\.\d+$/);
      expect(readFileSync(path.join(root, 'docs/architecture.md'), 'utf8')).toContain(`\`${name}\``);
    },
  );

  it.each(['README.md', ...globSync('docs/*.md', { cwd: root })])('%s names no code that there is not', (document) => {
    // Of an answer's members `error.…` is the only one that has the form of a code.
    const codes = [
      ...readFileSync(path.join(root, document), 'utf8').matchAll(/`((?!error\.)[a-z]+\.[a-z]+[A-Z]\w*)`/g),
    ];
    expect(codes.map(([, code = '']) => code).filter((code) => !shipped.includes(code))).toEqual([]);
  });

  it('keeps the packages that are shipped few', () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(15);
  });

  it('keeps every SDK client on one version', () => {
    const versions = Object.entries(manifest.dependencies).filter(([name]) => name.startsWith('@aws-sdk/'));
    expect(new Set(versions.map(([, version]) => version)).size).toBe(1);
  });
});

function errorsDocument(): string {
  const rows = Object.entries(errorCodes).map(([code, entry]) => {
    const again = entry.retryable ? 'yes' : 'no';
    return `| \`${code}\` | ${entry.kind} | ${again} | ${entry.meaning} | ${entry.whatToDo} |`;
  });
  return `# Codes

What a refusal, a denial or a failure may say. A *refusal* is a policy's no, a *denial* is STS's no, a *failure* is
something that broke. "Again" tells whether the same request may succeed later without anybody changing anything; the
broker then tries again by itself. This page is made from \`lib/errors.ts\`.

| code | kind | again | what it means | what to do |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
