import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathsIn, tableRows } from './document-tables.ts';
import { root } from './source-files.ts';

const THREATS = 50;
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');
const rows = tableRows(read('docs/threat-model.md'), 'id');

describe('docs/threat-model.md', () => {
  it('has every threat once, whole', () => {
    expect(rows.map(([id]) => id)).toEqual(Array.from({ length: THREATS }, (_, index) => `T${index + 1}`));
    expect(rows.filter((cells) => cells.length !== 5 || cells.includes(''))).toEqual([]);
    expect(new Set(rows.map(([, priority]) => priority))).toEqual(new Set(['P0', 'P1', 'P2']));
  });

  it.each(rows)('%s (%s), %s: is shown by a test that runs', (_id, _priority, _threat, _control, shownBy) => {
    const tests = pathsIn(shownBy ?? '').filter((named) => /^test\/.*\.test\.ts$/.test(named));
    expect(tests).not.toEqual([]);
  });
});

describe('the documents of what is promised', () => {
  it.each(['docs/threat-model.md', 'docs/guarantees.md'])('%s names files that exist', (name) => {
    const named = pathsIn(read(name));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((one) => !existsSync(path.join(root, one)))).toEqual([]);
  });

  it.each(['docs/threat-model.md', 'docs/guarantees.md'])('docs/architecture.md leads to %s', (name) => {
    expect(read('docs/architecture.md')).toContain(`(${path.basename(name)})`);
  });
});
