/**
 * `npm run test:unused-permissions`: runs the journeys that between them use what the functions may do, with policies
 * enforced as always, and fails on every permission that none of them needed and that ALLOWED_UNUSED does not argue for.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { startVitest } from 'vitest/node';
import { prefix, readPackagedWiring } from '../../architecture/packaged-access.ts';
import { argumentFor, unneededArguments } from './allowed-unused.ts';
import { JOURNEYS } from './journeys.ts';
import { type PermissionUse, USES_FILE } from './permission-use.ts';
import { unusedPermissions } from './unused-permissions.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'permission-uses-'));
const file = path.join(folder, 'uses.jsonl');
process.env[USES_FILE] = file;

try {
  const wanted = process.argv.slice(2);
  const vitest = await startVitest('test', wanted.length > 0 ? wanted : [...JOURNEYS], {
    watch: false,
    setupFiles: [path.join(import.meta.dirname, 'record-uses.ts')],
  });
  await vitest.close();
  // A journey that failed may not have used what it is there for: told all the same, and failed.
  const areMet = await report(readUses());
  if (!areMet) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function readUses(): PermissionUse[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PermissionUse);
}

async function report(uses: readonly PermissionUse[]): Promise<boolean> {
  const { roles } = await readPackagedWiring();
  const unused = roles.flatMap((role) => {
    const name = role.name.slice(prefix.length + 1);
    return unusedPermissions(role, uses).map((permission) => ({ name, permission }));
  });
  const missing = unused.filter((one) => argumentFor(one) === undefined);
  const stale = unneededArguments(unused);
  for (const { name, permission } of unused) {
    process.stdout.write(`${name} ${permission}: ${argumentFor({ name, permission }) ?? 'NOTHING NEEDS IT'}\n`);
  }
  for (const argument of stale) process.stdout.write(`argued for although it is used: ${argument}\n`);
  process.stdout.write(
    `${uses.length} kinds of use by ${roles.length} roles; ${unused.length} permissions unused, ${missing.length} of them without an argument\n`,
  );
  return missing.length + stale.length === 0;
}
