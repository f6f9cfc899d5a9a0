import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './source-files.ts';

const script = path.join(root, '.ci/nightly');
const text = readFileSync(script, 'utf8');
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** Everything that is too long for the gate. */
const LONG = ['fuzz', 'test:load', 'test:simulate', 'test:simulate-sdk', 'test:double-faults', 'test:stryker', 'bench'];

function nightly(...options: readonly string[]): Promise<{ readonly code: unknown; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(script, options, (error, _, stderr) => resolve({ code: error?.code ?? 0, said: stderr }));
  });
}

describe('the nightly run', () => {
  it('runs what is too long for the gate, by scripts that there are', () => {
    const run = [...text.matchAll(/npm run --silent ([a-z:-]+)/g)].map(([, name]) => name ?? '');
    expect(run).toEqual(expect.arrayContaining(LONG));
    expect(run.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(scripts['test:nightly']).toBe('.ci/nightly');
  });

  it.each([[['--hours', 'many']], [['--hours']], [['--quickly']]])(
    'refuses %j before it does anything',
    async (options) => {
      const { code, said } = await nightly(...options);
      expect(code).toBe(2);
      expect(said).toMatch(/--hours/);
    },
  );
});
