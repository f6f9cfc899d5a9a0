import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../config/stage-config.ts';

const run = promisify(execFile);

async function publishCommand(...args: readonly string[]) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const env = { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: 'true' };
  return run(process.execPath, ['config/publish-template.ts', ...args], { cwd: projectRoot, env }).catch(
    (error: unknown) => error,
  );
}

describe('npm run publish-template', () => {
  it('explains itself', async () => {
    const stdout = expect.stringMatching(/^Usage: npm run publish-template/);
    expect(await publishCommand('--help')).toMatchObject({ stdout });
  });

  it.each([[], ['--stage'], ['--stages', 'dev'], ['--stage', 'dev', '--template', 'x.yaml', '--jobs', 'scan-account']])(
    'refuses the command line %j %j %j %j',
    async (...args) => {
      const stderr = expect.stringMatching(/^.+\n+Usage: npm run publish-template/);
      expect(await publishCommand(...args)).toMatchObject({ code: 2, stdout: '', stderr });
    },
  );

  it('says what is missing where a stage has no place for templates', async () => {
    expect(await publishCommand('--stage', 'dev')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The template was not published: config\/dev\.yml has no templateBaseUrl.*\n$/),
    });
  });
});
