import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { withBuildLock } from '../../../../config/package/build-lock.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'build-lock-'));
const lock = path.join(directory, 'package.lock');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Above every process id that Linux, macOS or Windows gives out. */
const NO_PROCESS = 2 ** 31 - 2;

describe('withBuildLock', () => {
  it('runs one at a time', async () => {
    const seen: string[] = [];
    const build = (name: string) =>
      withBuildLock(directory, async () => {
        seen.push(`${name} starts`);
        await pause(20);
        seen.push(`${name} ends`);
      });
    await Promise.all([build('a'), build('b')]);
    expect([seen[0]?.[0], seen[1]?.[0]]).toEqual([seen[1]?.[0], seen[0]?.[0]]);
    expect(seen).toHaveLength(4);
  });

  it('lets go when the work fails', async () => {
    await expect(withBuildLock(directory, () => Promise.reject(new Error('broke')))).rejects.toThrow('broke');
    expect(existsSync(lock)).toBe(false);
  });

  it('takes over from a process that is gone', async () => {
    writeFileSync(lock, String(NO_PROCESS));
    expect(await withBuildLock(directory, async () => 'done')).toBe('done');
  });

  it('waits for a process that lives', async () => {
    writeFileSync(lock, String(process.ppid));
    const waiting = withBuildLock(directory, async () => 'done');
    expect(await Promise.race([waiting, pause(250, 'still waiting')])).toBe('still waiting');
    rmSync(lock);
    expect(await waiting).toBe('done');
  });
});
