import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../config/stage-config.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';

const run = promisify(execFile);

async function publishCommand(...args: readonly string[]) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_ENDPOINT_URL: endpoint };
  const env = { ...Object.fromEntries(kept), ...credentials, AWS_EC2_METADATA_DISABLED: 'true' };
  return run(process.execPath, ['config/publish-template.ts', ...args], { cwd: projectRoot, env }).catch(
    (error: unknown) => error,
  );
}

/** S3 as far as publishing needs it, its conditional write included. */
const objects = new Map<string, Buffer>();
const s3 = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', endpoint);
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (request.method !== 'PUT') return response.end(objects.get(pathname));
    if (objects.has(pathname) && request.headers['if-none-match'] === '*') {
      response.statusCode = 412;
      return response.end('<Error><Code>PreconditionFailed</Code><Message>It is there</Message></Error>');
    }
    objects.set(pathname, Buffer.concat(parts));
    return response.end();
  });
});
let endpoint = 'http://127.0.0.1';
beforeAll(async () => {
  await new Promise<void>((done) => s3.listen(0, '127.0.0.1', done));
  const address = s3.address();
  if (typeof address === 'object') endpoint = `http://127.0.0.1:${address?.port}`;
});
afterAll(() => s3.close());

describe('npm run publish-template', () => {
  it('puts the template of every tenant without settings where links open it, once', async () => {
    const args = ['--stage', 'local', '--broker-account', '111111111111'];
    const first = await publishCommand(...args);
    const [[name = '', text] = []] = objects;
    const said = (word: string) => ({
      stdout: `${word}: https://credential-broker-local-templates.s3.eu-west-1.amazonaws.com/${path.basename(name)}\nIt trusts account 111111111111.\n`,
    });
    expect(first).toMatchObject(said('published'));
    expect(path.basename(name, '.yaml')).toBe(sha256Hex(text?.toString() ?? ''));
    expect(text?.toString()).toContain('arn:aws:iam::111111111111:role/credential-broker-local-verify-trust');
    expect(await publishCommand(...args)).toMatchObject(said('was there'));
    objects.set(name, Buffer.from('changed'));
    expect(await publishCommand(...args)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('somebody changed'),
    });
  });

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
