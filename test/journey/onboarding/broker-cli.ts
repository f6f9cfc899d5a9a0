import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../config/stage-config.ts';
import { compiledSources } from '../../support/compiled-sources.ts';
import type { Ran } from '../outside-clients/outside-clients.ts';

export type BrokerCli = (...args: readonly string[]) => Promise<Ran>;

const execute = promisify(execFile);
const main = path.join(projectRoot, 'lib/operator-cli/main.ts');

/** Runs `broker` as an operator would, in a process of its own, against the stack whose profiles are in the file. */
export function brokerAs(configFile: () => string, profile = 'operator'): BrokerCli {
  return async (...args) => {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, AWS_CONFIG_FILE: configFile(), AWS_PROFILE: profile, ...compiledSources };
    try {
      const { stdout, stderr } = await execute(process.execPath, [main, ...args], { env, encoding: 'utf8' });
      return { exitCode: 0, stdout, stderr };
    } catch (error) {
      if (!isFailedRun(error)) throw error;
      return { exitCode: error.code, stdout: error.stdout, stderr: error.stderr };
    }
  };
}

function isFailedRun(error: unknown): error is { code: number; stdout: string; stderr: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'stdout' in error;
}
