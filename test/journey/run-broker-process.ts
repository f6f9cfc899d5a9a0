import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../config/stage-config.ts';
import { compiledSources } from '../support/compiled-sources.ts';
import type { Ran } from './outside-clients/outside-clients.ts';

const execute = promisify(execFile);
const main = path.join(projectRoot, 'lib/operator-cli/main.ts');

/** Runs `broker` in a process of its own, with nothing of this one's AWS settings but the config file. */
export async function runBrokerProcess(configFile: () => string, args: readonly string[]): Promise<Ran> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, AWS_CONFIG_FILE: configFile(), ...compiledSources };
  const options = { env, encoding: 'utf8', timeout: 80_000 } as const;
  try {
    const { stdout, stderr } = await execute(process.execPath, [main, ...args], options);
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    if (!isFailedRun(error)) throw error;
    return { exitCode: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

function isFailedRun(error: unknown): error is { code: number; stdout: string; stderr: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'stdout' in error;
}
