import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Pastes commands into a shell of their own, which knows nothing of AWS but this profile. Throws when they fail. */
export async function runInShell(
  commands: string,
  { configFile, profile }: { readonly configFile: string; readonly profile: string },
): Promise<string> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, AWS_CONFIG_FILE: configFile, AWS_PROFILE: profile };
  const { stdout } = await execute('sh', ['-c', commands], { env, encoding: 'utf8', timeout: 80_000 });
  return stdout;
}
