import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectionTo } from '../../../config/sbom/release-ages.ts';
import { projectRoot } from '../../../config/stage-config.ts';

const NOW_MS = Date.parse('2026-03-08T12:00:00Z');

describe('objectionTo', () => {
  it.each<[string, string, string | undefined]>([
    ['a week old to the second', '{"1.0.0":"2026-03-01T12:00:00.000Z"}', undefined],
    ['written with an offset', '{"1.0.0":"2026-03-01T12:00:00+00:00"}', undefined],
    [
      'a second short of a week',
      '{"1.0.0":"2026-03-01T12:00:01Z"}',
      'published 2026-03-01T12:00:01Z, less than 7 days ago',
    ],
    ['from the future', '{"1.0.0":"2026-04-01T00:00:00Z"}', 'published 2026-04-01T00:00:00Z, less than 7 days ago'],
    ['another version', '{"1.0.1":"2020-01-01T00:00:00Z"}', 'the registry does not say when it was published'],
    ['a time that is none', '{"1.0.0":"long ago"}', 'the registry does not say when it was published'],
    ['nothing at all', '', 'the registry does not say when it was published'],
    ['no JSON', 'not found', 'the registry does not say when it was published'],
  ])('of a release that is %s', async (_, printed, objection) => {
    const said = await objectionTo({ name: 'a', version: '1.0.0' }, async () => printed, NOW_MS);
    expect(said).toBe(objection && `a 1.0.0: ${objection}`);
  });
});

describe('npm run check:release-ages', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'release-ages-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The command, with an `npm` in front of the real one that is the given line of shell. */
  async function checked(npm: string) {
    await writeFile(path.join(folder, 'npm'), `#!/bin/sh\n${npm}\n`);
    await chmod(path.join(folder, 'npm'), 0o755);
    const env = { ...process.env, PATH: `${folder}${path.delimiter}${process.env.PATH}` };
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, ['config/check-release-ages.ts'], { cwd: projectRoot, env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }
  const everyVersion = (published: string) =>
    `exec node -e 'const { packages } = JSON.parse(require("fs").readFileSync("package-lock.json", "utf8"));
     const versions = Object.entries(packages).filter(([at]) => at.endsWith("node_modules/" + process.argv[2]));
     console.log(JSON.stringify(Object.fromEntries(versions.map(([, { version }]) => [version, "${published}"]))))' "$@"`;

  it('says that every package that is shipped has been out for a week', async () => {
    const { code, stdout, stderr } = await checked(everyVersion('2020-01-01T00:00:00Z'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d{2,} packages: each was published at least 7 days ago\n$/);
  });

  it('fails where one is younger, or the registry cannot be asked', async () => {
    const young = await checked(`[ "$2" = valibot ] && echo '{}' && exit 0\n${everyVersion('2020-01-01T00:00:00Z')}`);
    expect(young.code).toBe(1);
    expect(young.stderr).toMatch(/^valibot \S+: the registry does not say when it was published\nWait with them/);
    const away = await checked('exit 1');
    expect(away.code).toBe(1);
    expect(away.stderr).toContain('valibot: the registry could not be asked (npm view valibot time)\n');
  });
});
