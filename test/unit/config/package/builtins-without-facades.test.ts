import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinsWithoutFacades } from '../../../../config/package/builtins-without-facades.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'builtins-'));
});
afterAll(() => rm(folder, { recursive: true }));

const sources = [
  {
    what: 'by its names',
    source: `import { createHash, randomUUID as id } from 'node:crypto';
      console.log(createHash('sha256').update('a').digest('hex').slice(0, 8), id().length);`,
    says: 'ca978112 36',
  },
  {
    what: 'as a whole',
    source: `import path from 'path'; import * as os from 'node:os'; console.log(path.posix.join('a', 'b'), typeof os.release);`,
    says: 'a/b function',
  },
  {
    what: 'later',
    source: `const http = await import('node:http'); const { Agent } = http.default ?? http; console.log(new Agent().maxSockets);`,
    says: 'Infinity',
  },
  {
    what: 'later, by its names',
    source: `const { AsyncLocalStorage } = await import('node:async_hooks'); console.log(typeof AsyncLocalStorage);`,
    says: 'function',
  },
] as const;

describe('a module of Node in a bundle', () => {
  it.each(sources)('is there when it is imported $what', async ({ what, source, says }) => {
    const file = await bundled(what, source);
    expect(execFileSync(process.execPath, [file.path], { encoding: 'utf8' }).trim()).toBe(says);
    expect(file.text).not.toMatch(/from\s*"|import\(/);
  });

  it('is asked for nothing that nobody uses', async () => {
    const { text } = await bundled('used', `import { createHash } from 'node:crypto'; console.log(createHash('md5'));`);
    expect(text.match(/builtin\.\w+/g)).toEqual(['builtin.createHash']);
  });

  it('does not bring what Node loads when it is asked for', async () => {
    const said = `const web = process.moduleLoadList.filter((name) => name.includes('undici')); console.log(web.length);`;
    const { path: file } = await bundled('lazy', `await import('node:http'); ${said}`);
    expect(execFileSync(process.execPath, [file], { encoding: 'utf8' }).trim()).toBe('0');
  });

  it('is not there for who calls require', async () => {
    const { text } = await bundled('require', `console.log(require('node:os').EOL)`);
    expect(text).toContain('Dynamic require of');
  });
});

async function bundled(name: string, source: string): Promise<{ readonly path: string; readonly text: string }> {
  const outfile = path.join(folder, `${name.replaceAll(/\W/g, '-')}.mjs`);
  await build({
    stdin: { contents: source, resolveDir: folder, loader: 'js' },
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'silent',
    plugins: [builtinsWithoutFacades()],
  });
  return { path: outfile, text: await readFile(outfile, 'utf8') };
}
