import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../../config/stage-config.ts';

const run = promisify(execFile);

async function packageCommand(...args: readonly string[]) {
  return run(process.execPath, ['config/package.ts', ...args], { cwd: projectRoot }).catch((error: unknown) => error);
}

describe('npm run package', () => {
  it('explains itself', async () => {
    expect(await packageCommand('--help')).toMatchObject({ stdout: expect.stringMatching(/^Usage: npm run package/) });
  });

  it.each([['--stages'], ['--stage'], ['dev']])('refuses the command line %j and explains itself', async (...args) => {
    const stderr = expect.stringMatching(/^.+\n+Usage: npm run package/);
    expect(await packageCommand(...args)).toMatchObject({ code: 2, stdout: '', stderr });
  });

  it('says what is wrong with a stage, and nothing else', async () => {
    const stderr = 'there is no config/staging.yml; the stages that have one: dev, local, prod.';
    expect(await packageCommand('--stage', 'staging')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(stderr),
    });
  });
});
