import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../../config/stage-config.ts';

const script = path.join(projectRoot, 'local/accounts/make-log-objects.ts');
const shipped = path.join(projectRoot, 'local/accounts/objects');
const made = mkdtempSync(path.join(tmpdir(), 'log-objects-'));
afterAll(() => rmSync(made, { recursive: true }));

/** What is in a file, as far as it goes: another build of zlib may pack it otherwise, and cut it off elsewhere. */
function textOf(directory: string, name: string): string {
  const packed = readFileSync(path.join(directory, name));
  return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8').slice(0, 2_000);
}

describe('the log files of the emulated accounts', () => {
  it('are those that the script makes', () => {
    execFileSync(process.execPath, [script, made]);
    const names = readdirSync(shipped);
    expect(readdirSync(made)).toEqual(names);
    for (const name of names) expect(textOf(made, name), name).toBe(textOf(shipped, name));
  });
});
