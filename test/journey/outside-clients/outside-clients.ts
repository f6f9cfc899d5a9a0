import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/** A client that nobody here wrote: what its answer is parsed with, and which releases speak today's protocols. */
type OutsideClient = { readonly command: string; readonly version: readonly string[]; readonly install: string };

const python = process.env['PYTHON'] ?? 'python3';

export const awsCli: OutsideClient = {
  command: 'aws',
  version: ['--version'],
  install: 'awscli==1.45.11',
};
export const boto3: OutsideClient = {
  command: python,
  version: ['-c', 'import boto3; print(f"boto3/{boto3.__version__}")'],
  install: 'boto3==1.43.11',
};

export const cfnLint: OutsideClient = {
  command: 'cfn-lint',
  version: ['--version'],
  install: 'cfn-lint==1.51.0',
};

/**
 * A suite that needs a client from outside. On a machine without it the suite is not run, and a line says so; where
 * `CI` is `true` it fails.
 */
export function describeWith(client: OutsideClient, title: string, body: () => void): void {
  const problem = problemWith(client);
  if (problem === undefined) {
    describe(title, body);
    return;
  }
  if (process.env['CI'] === 'true') {
    describe(title, () => {
      it('has its client', () => expect.unreachable(problem));
    });
    return;
  }
  process.stderr.write(`\nNOT RUN: ${title}: ${problem}\n`);
  describe.runIf(false)(title, body);
}

/** Whether a client is on this machine. Where `CI` is `true` it has to be. */
export function isThere(client: OutsideClient): boolean {
  const problem = problemWith(client);
  if (problem !== undefined && process.env['CI'] === 'true') throw new Error(problem);
  return problem === undefined;
}

/** The same major release, and no older: AWS CLI 2 has other exit codes, and old releases other protocols. */
function problemWith({ command, version, install }: OutsideClient): string | undefined {
  const [, major = '', minor = ''] = /==(\d+)\.(\d+)\./.exec(install) ?? [];
  try {
    const printed = execFileSync(command, version, { encoding: 'utf8', stdio: 'pipe', env: cleanEnvironment() });
    const found = /[/ ](\d+)\.(\d+)\./.exec(printed);
    if (found?.[1] === major && Number(found[2]) >= Number(minor)) return undefined;
    return `this machine has ${printed.trim()}: pip install ${install}`;
  } catch {
    return `not on this machine: pip install ${install}`;
  }
}

export type Ran = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };
export type RunClient = (profile: string, ...args: readonly string[]) => Promise<Ran>;

/** Runs the AWS CLI as one of the stack's profiles. */
export function awsAs(configFile: () => string, environment: Readonly<Record<string, string>> = {}): RunClient {
  return (profile, ...args) =>
    run('aws', args, { AWS_CONFIG_FILE: configFile(), AWS_PROFILE: profile, ...environment });
}

/** Runs Python as one of the stack's profiles; `denied(call)` gives code and status of the error that it makes. */
export function pythonAs(configFile: () => string): (profile: string, script: string) => Promise<unknown> {
  return async (profile, script) => {
    const settings = { AWS_CONFIG_FILE: configFile(), AWS_PROFILE: profile };
    const { exitCode, stdout, stderr } = await run(python, ['-c', `${prelude}\n${script}`], settings);
    if (exitCode !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  };
}

/** Runs cfn-lint, which takes no profile. */
export function lint(...args: readonly string[]): Promise<Ran> {
  return run(cfnLint.command, args, {});
}

const prelude = `
import json, boto3, botocore.exceptions
def tell(value): print(json.dumps(value, default=str))
def error_of(call, **parameters):
    try: call(**parameters)
    except botocore.exceptions.ClientError as error:
        return [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']]
`;

const execute = promisify(execFile);

async function run(command: string, args: readonly string[], settings: Readonly<Record<string, string>>): Promise<Ran> {
  const options = { env: { ...cleanEnvironment(), ...settings }, encoding: 'utf8', timeout: 80_000 } as const;
  try {
    const { stdout, stderr } = await execute(command, [...args], options);
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    if (!isFailedRun(error)) throw error;
    return { exitCode: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

function isFailedRun(error: unknown): error is { code: number; stdout: string; stderr: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'stdout' in error;
}

/** Nothing of what this machine is set up to do with AWS may reach a client. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  const nowhere = path.join(import.meta.dirname, 'no-such-file');
  return { ...Object.fromEntries(kept), AWS_SHARED_CREDENTIALS_FILE: nowhere, AWS_EC2_METADATA_DISABLED: 'true' };
}
