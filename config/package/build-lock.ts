import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const WAIT_MS = 100;
const GIVE_UP_AFTER_MS = 180_000;

/**
 * Runs `work` while no other process of this machine packages in the same tree: the Framework writes to one fixed
 * folder, and test files run side by side. A lock whose process is gone is taken over.
 */
export async function withBuildLock<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  await mkdir(directory, { recursive: true });
  const lock = path.join(directory, 'package.lock');
  for (let waitedMs = 0; !(await tryLock(lock)); waitedMs += WAIT_MS) {
    if (waitedMs > GIVE_UP_AFTER_MS) throw new Error(`another process is packaging; if none is, remove ${lock}`);
    await pause(WAIT_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function tryLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if (await isAbandoned(lock)) await rm(lock, { force: true });
    return false;
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
  // The file holds no number yet: its owner has made it but not written to it.
  if (!Number.isSafeInteger(owner) || owner <= 0 || owner === process.pid) return false;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
