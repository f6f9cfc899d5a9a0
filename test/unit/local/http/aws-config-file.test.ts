import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAwsConfigFile } from '../../../../local/http/aws-config-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aws-config-'));
});
afterEach(() => rm(directory, { recursive: true }));

const target = { endpoint: 'http://127.0.0.1:4566', region: 'eu-west-1' };
const operator = { name: 'operator', accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'local-secret/+=' };

describe('writeAwsConfigFile', () => {
  it('writes a profile per principal', async () => {
    const profiles = [operator, { ...operator, name: 'log-pipeline' }];
    const path = await writeAwsConfigFile({ directory, ...target, profiles });
    const profile = (name: string) =>
      [
        `[profile ${name}]`,
        'region = eu-west-1',
        'endpoint_url = http://127.0.0.1:4566',
        'aws_access_key_id = AKIAOPERATOR',
        'aws_secret_access_key = local-secret/+=',
        's3 =',
        '    addressing_style = path',
        '',
      ].join('\n');
    expect(await readFile(path, 'utf8')).toBe(`${profile('operator')}\n${profile('log-pipeline')}`);
  });

  it('keeps the file to its owner, also where an open one was left over', async () => {
    await writeFile(join(directory, 'aws-config'), '', { mode: 0o644 });
    await writeFile(join(directory, 'aws-config.new'), '', { mode: 0o644 });
    const path = await writeAwsConfigFile({ directory, ...target, profiles: [operator] });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it.each([
    { name: 'a]\n[profile b' },
    { accessKeyId: 'A\nregion = x' },
    { secretAccessKey: 'a\ncredential_process = rm' },
  ])('refuses a value that would be more than a value: %j', async (change) => {
    const profiles = [{ ...operator, ...change }];
    await expect(writeAwsConfigFile({ directory, ...target, profiles })).rejects.toThrow(RangeError);
  });
});
