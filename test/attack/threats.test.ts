import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../config/stage-config.ts';
import { threatGroups, threats } from './threats/threats.ts';

const blocking = threats.filter(({ priority }) => priority === 'P0');

describe('the threats', () => {
  it('are fifty, numbered one after the other, thirty-two of which block a release', () => {
    expect(threats.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_, nth) => `T${nth + 1}`));
    expect(blocking).toHaveLength(32);
    expect(threatGroups).toHaveLength(5);
  });

  it.each(threats)('have their tests: $id, $title', ({ files }) => {
    expect(files.length).toBeGreaterThan(0);
    expect(new Set(files).size).toBe(files.length);
    expect(files.filter((file) => !existsSync(path.join(projectRoot, file)))).toEqual([]);
  });

  it('have each an attack of its own where they block a release', () => {
    const attacks = blocking.map(({ files }) => files[0] ?? '');
    expect(attacks.filter((file) => !/^test\/attack\/[a-z-]+\.test\.ts$/.test(file))).toEqual([]);
    expect(new Set(attacks).size).toBe(blocking.length);
  });

  it('name every attack there is', () => {
    const named = new Set(threats.flatMap(({ files }) => files));
    const about = ['test/attack/fuzz.test.ts', 'test/attack/threats.test.ts', 'test/attack/audit-cursor.test.ts'];
    const there = globSync('test/attack/*.test.ts', { cwd: projectRoot });
    expect(there.filter((file) => !named.has(file) && !about.includes(file))).toEqual([]);
  });
});
