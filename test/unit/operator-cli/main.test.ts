import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { compiledSources } from '../../support/compiled-sources.ts';
import { type FunctionUrlServer, type Replies, startFunctionUrlServer } from '../../support/function-url-server.ts';
import { aRoleView, aTenantRow } from '../../support/management-answers.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const main = path.join(root, 'lib/operator-cli/main.ts');
const directory = mkdtempSync(path.join(tmpdir(), 'broker-main-'));
afterAll(() => rmSync(directory, { recursive: true }));

let server: FunctionUrlServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function started(replies: Replies): Promise<FunctionUrlServer> {
  server = await startFunctionUrlServer(replies);
  return server;
}

type Variables = Readonly<Record<string, string>>;
/** Nothing of this machine's AWS settings. */
const clean = {
  PATH: process.env['PATH'] ?? '',
  HOME: directory,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: path.join(directory, 'none'),
  AWS_SHARED_CREDENTIALS_FILE: path.join(directory, 'none'),
  ...compiledSources,
};
const keys = { AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'not-a-secret', AWS_REGION: 'eu-west-1' };

function broker(argv: readonly string[], variables: Variables) {
  return new Promise<{ exitCode: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...argv],
      { env: { ...clean, ...variables } },
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
    );
  });
}

const tenants: Replies = () => ({ json: { tenants: [aTenantRow()] } });

describe('broker, as a process', () => {
  it.each([
    [{}, [], 'local'],
    [{ BROKER_STAGE: 'blue' }, [], 'blue'],
    [{ BROKER_STAGE: 'blue' }, ['--stage', 'green'], 'green'],
  ])('with %j and %j asks the stage %s where AWS_ENDPOINT_URL is', async (variables, more, stage) => {
    const { url, seen } = await started(tenants);
    const { exitCode, stdout, stderr } = await broker(['tenants', 'list', ...more], {
      ...keys,
      ...variables,
      AWS_ENDPOINT_URL: url,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('acme    Acme Corp');
    expect(seen[0]?.asked).toBe(`GET /_url/credential-broker-${stage}-manage-tenants/tenants`);
    expect(seen[0]?.headers.authorization).toContain('Credential=AKIAENVIRONMENT/');
    expect(seen[0]?.headers.authorization).toContain('/eu-west-1/lambda/aws4_request');
  });

  it('takes keys, region and endpoint of a profile, whatever the environment’s own profile is', async () => {
    const { url, seen } = await started(tenants);
    const config = path.join(directory, 'config');
    const keyOf = (name: string) => `AKIA${name.toUpperCase()}`;
    const profile = (name: string, endpoint: string) =>
      `[profile ${name}]\nregion = eu-${name}-1\nendpoint_url = ${endpoint}\naws_access_key_id = ${keyOf(name)}\naws_secret_access_key = s\n`;
    writeFileSync(config, profile('north', url) + profile('south', 'http://127.0.0.1:1'));
    const { exitCode } = await broker(['tenants', 'list', '--profile', 'north', '--json'], {
      AWS_CONFIG_FILE: config,
      AWS_PROFILE: 'south',
    });
    expect(exitCode).toBe(0);
    expect(seen[0]?.headers.authorization).toContain(`Credential=${keyOf('north')}/`);
    expect(seen[0]?.headers.authorization).toContain('/eu-north-1/lambda/');
  });

  it.each([
    ['no region', { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' }, 'client.regionMissing'],
    ['no stage', keys, 'client.stageMissing'],
    [
      'no credentials',
      { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
      'client.credentialsMissing',
    ],
    ['a stage that cannot be one', { ...keys, BROKER_STAGE: '../x' }, 'client.stageInvalid'],
  ])('says that there is %s', async (_, variables, code) => {
    const { exitCode, stdout, stderr } = await broker(['doctor'], variables);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toBe(code);
  });

  it('ends well when whoever reads has had enough', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => aTenantRow({ tenantId: `tenant-${index}` }));
    const { url } = await started(() => ({ json: { tenants: rows } }));
    const env = { ...clean, ...keys, AWS_ENDPOINT_URL: url };
    const command = `"${process.execPath}" "${main}" tenants list; echo "exit $?" >&2`;
    const child = spawn('bash', ['-c', `(${command}) | head -1`], { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => {
      stdout += part;
    });
    child.stderr.on('data', (part) => {
      stderr += part;
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(stdout).toMatch(/^TENANT .*\n$/);
    expect(stderr).toBe('exit 0\n');
  });

  it('obeys Ctrl-C while it waits, and says how to go on', async () => {
    const pending = aRoleView({ status: 'pending' });
    const { url, seen } = await started(() => ({ json: { roles: [pending] } }));
    const child = spawn(process.execPath, [main, 'tenants', 'verify', 'acme', '--wait'], {
      env: { ...clean, ...keys, AWS_ENDPOINT_URL: url },
    });
    let stderr = '';
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.stderr.on('data', (part) => {
      stderr += part;
      if (stderr.includes('1 of 1 pending') && !stderr.includes('cli.')) child.kill('SIGINT');
    });
    expect(await ended).toBe(130);
    expect(seen.length).toBe(1);
    expect(stderr).toContain('go on with: broker tenants verify acme --wait');
  });

  it('completes commands, options and values in bash', async () => {
    const { stdout, exitCode } = await broker(['completion'], { SHELL: '/bin/bash' });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('complete -o bashdefault -o default -F _broker_yargs_completions broker');
    const complete = async (...words: readonly string[]) => {
      const { stdout: found } = await broker(['--get-yargs-completions', 'broker', ...words], { SHELL: '/bin/bash' });
      return found.trim().split('\n');
    };
    expect(await complete('')).toEqual(expect.arrayContaining(['tenants', 'doctor', 'completion']));
    expect(await complete('tenants', 'rotate-external-id', '')).toEqual(['start', 'status', 'finish', 'abandon']);
    expect(await complete('tenants', 'add', 'acme', '--format', '')).toContain('quick-create');
    expect(await complete('tenants', 'connect', 'acme', '--')).toEqual(
      expect.arrayContaining(['--role-arn', '--wait']),
    );
  });

  it('completes in zsh, with what each command does', async () => {
    const zsh = { SHELL: '/bin/zsh' };
    expect((await broker(['completion'], zsh)).stdout).toContain('compdef _broker_yargs_completions broker');
    const { stdout } = await broker(['--get-yargs-completions', 'broker', 'tenants', 'sus'], zsh);
    expect(stdout).toContain('suspend:stop everything for a tenant at once');
  });
});
