import { execFile } from 'node:child_process';
import { copyFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Has the Serverless Framework make the CloudFormation templates of `serverless.yml` in `packageDirectory`, and puts
 * the functions' zips beside them. The framework needs no network and no credentials, and gets neither.
 */
export async function packageTemplate({
  root,
  stage,
  functionsDirectory,
  packageDirectory,
}: {
  root: string;
  stage: string;
  functionsDirectory: string;
  packageDirectory: string;
}): Promise<void> {
  const framework = path.join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  try {
    await run(process.execPath, [framework, 'package', '--stage', stage, '--package', packageDirectory], {
      cwd: root,
      env: environmentWithoutAws(),
    });
  } catch (cause) {
    throw new Error(`serverless.yml cannot be packaged:\n${outputOf(cause)}`, { cause });
  }
  const zips = (await readdir(functionsDirectory)).filter((file) => file.endsWith('.zip'));
  await Promise.all(zips.map((zip) => copyFile(path.join(functionsDirectory, zip), path.join(packageDirectory, zip))));
}

/** Without AWS settings a package follows from its sources alone, whatever account or region the shell is set to. */
function environmentWithoutAws(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:AWS|SLS|SERVERLESS)_/.test(name));
  return { ...Object.fromEntries(kept), NODE_NO_WARNINGS: '1', SLS_DEPRECATION_NOTIFICATION_MODE: 'error' };
}

function outputOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const printed = ['stdout' in error ? error.stdout : '', 'stderr' in error ? error.stderr : ''];
  return printed.join('\n').trim() || error.message;
}
