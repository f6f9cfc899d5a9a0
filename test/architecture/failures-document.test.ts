import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './source-files.ts';

const COLUMNS = 6;

function rows(): readonly (readonly string[])[] {
  const lines = readFileSync(path.join(root, 'docs/failures.md'), 'utf8').split('\n');
  const cells = lines.filter((line) => line.startsWith('| ')).map((line) => line.slice(2, -2).split(' | '));
  return cells.filter(([first]) => first !== 'what breaks');
}

function titles(): readonly string[] {
  return globSync('test/journey/failures/*.test.ts', { cwd: root }).flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return [...text.matchAll(/\b(?:title: |it\()'([^']+)'/g)].map(([, title = '']) => title);
  });
}

describe('docs/failures.md', () => {
  it('has whole rows', () => {
    expect(rows().filter((cells) => cells.length !== COLUMNS || cells.includes(''))).toEqual([]);
  });

  it('names for each row a test that exists, and has a row for each test', () => {
    expect(titles().length).toBeGreaterThan(40);
    expect(
      rows()
        .map((cells) => cells.at(-1))
        .sort(),
    ).toEqual([...titles()].sort());
  });
});
