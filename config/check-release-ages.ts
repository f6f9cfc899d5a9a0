/**
 * `npm run check:release-ages`: asks the registry that npm uses when each shipped package was published. Exits with 1
 * when one is younger than a week, or of unknown age.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runConcurrently } from '../lib/platform/run-concurrently.ts';
import { MINIMUM_AGE_DAYS, objectionTo } from './sbom/release-ages.ts';
import { shippedPackages } from './sbom/shipped-packages.ts';
import { projectRoot } from './stage-config.ts';

const PACKAGES_AT_ONCE = 4;
const run = promisify(execFile);

const lockfile: unknown = JSON.parse(await readFile(path.join(projectRoot, 'package-lock.json'), 'utf8'));
const { packages } = shippedPackages(lockfile);
const answers = await runConcurrently(packages, PACKAGES_AT_ONCE, (shipped) =>
  objectionTo(shipped, viewReleaseTimes, Date.now()),
);
const objections = answers.flatMap((answer, index) => {
  if (answer.status === 'fulfilled') return answer.value ?? [];
  return `${packages[index]?.name}: the registry could not be asked (npm view ${packages[index]?.name} time)`;
});
for (const objection of objections) process.stderr.write(`${objection}\n`);
if (objections.length > 0) {
  process.stderr.write(
    `Wait with them, or lock an earlier release: ${objections.length} of ${packages.length} packages\n`,
  );
  process.exitCode = 1;
} else {
  process.stdout.write(`${packages.length} packages: each was published at least ${MINIMUM_AGE_DAYS} days ago\n`);
}

/** The question goes through npm itself, so that the registry, its credentials and the proxy are those of `npm ci`. */
async function viewReleaseTimes(name: string): Promise<string> {
  const { stdout } = await run('npm', ['view', name, 'time', '--json'], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
