import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../../config/stage-config.ts';

const run = promisify(execFile);

/** AWS, as far as it says who calls and that there is no stack. */
const aws = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    if (body.includes('GetCallerIdentity')) {
      response.end(
        '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111111111111:user/ada</Arn><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      );
      return;
    }
    response.statusCode = 400;
    response.end(
      '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id credential-broker-dev does not exist</Message></Error></ErrorResponse>',
    );
  });
});
let endpoint = '';
beforeAll(async () => {
  await new Promise<void>((done) => aws.listen(0, '127.0.0.1', done));
  const address = aws.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(() => aws.close());

async function command(name: 'deploy' | 'remove', ...args: readonly string[]) {
  const kept = Object.entries(process.env).filter(([variable]) => !variable.startsWith('AWS_'));
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL: endpoint };
  const env = { ...Object.fromEntries(kept), ...credentials, AWS_EC2_METADATA_DISABLED: 'true' };
  return run(process.execPath, [`config/${name}.ts`, ...args], { cwd: projectRoot, env }).catch(
    (error: unknown) => error,
  );
}

describe('npm run deploy', () => {
  it('explains itself', async () => {
    expect(await command('deploy', '--help')).toMatchObject({
      stdout: expect.stringMatching(/^Usage: npm run deploy/),
    });
  });

  it.each([
    [[]],
    [['--stage', 'dev', '--dry-run', '--show']],
    [['--stage', 'dev', '--watch', '181']],
    [['--stage', 'dev', '--account', '1']],
    [['--stage', 'dev', '--force']],
  ])('refuses the command line %j and explains itself', async (args) => {
    const stderr = expect.stringMatching(/^.+\n+Usage: npm run deploy/);
    expect(await command('deploy', ...args)).toMatchObject({ code: 2, stdout: '', stderr });
  });

  it('deploys no example, and not the stage of the embedded stack', async () => {
    const said = (text: string) => ({ code: 1, stderr: expect.stringContaining(text) });
    expect(await command('deploy', '--stage', 'prod', '--dry-run')).toMatchObject(
      said('is a placeholder of the example'),
    );
    expect(await command('deploy', '--stage', 'local', '--dry-run')).toMatchObject(said('stage of the embedded stack'));
  });

  it('says everything that needs no AWS without AWS', async () => {
    expect(await command('deploy', '--stage', 'dev', '--dry-run', '--uncommitted')).toMatchObject({
      stdout: expect.stringMatching(
        /dev: \d+ resources, \d+ functions, \d\.\d MB to upload, of .*\ndev: this could be deployed; AWS was not asked\n$/,
      ),
      stderr: '',
    });
  });

  it('asks AWS whose the credentials are, and makes no stage in an account that nobody named', async () => {
    expect(await command('deploy', '--stage', 'dev', '--uncommitted')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('dev: as arn:aws:iam::111111111111:user/ada, account 111111111111, eu-west-1'),
      stderr: expect.stringContaining('there is no such stage in account 111111111111 in eu-west-1'),
    });
  });
});

describe('npm run remove', () => {
  it('explains itself', async () => {
    expect(await command('remove', '--help')).toMatchObject({
      stdout: expect.stringMatching(/^Usage: npm run remove/),
    });
  });

  it.each([[[]], [['--stage', 'dev']], [['--stage', 'dev', '--account', 'mine']]])(
    'refuses the command line %j and explains itself',
    async (args) => {
      const stderr = expect.stringMatching(/^.+\n+Usage: npm run remove/);
      expect(await command('remove', ...args)).toMatchObject({ code: 2, stdout: '', stderr });
    },
  );

  it('removes nothing where there is nothing', async () => {
    expect(await command('remove', '--stage', 'dev', '--account', '111111111111')).toMatchObject({
      code: 1,
      stderr: 'Nothing was removed:\n  - there is no stack credential-broker-dev in account 111111111111\n',
    });
  });
});
