import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCloudTrailFile, readCloudTrailFile } from '../../../../local/cloudtrail/cloudtrail-file.ts';
import { BROKER_ROLE, createStsFixture, trusting } from '../sts/sts-fixture.ts';

describe('the CloudTrail file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cloudtrail-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps every record on a line of its own, for its owner alone', async () => {
    const fixture = createStsFixture();
    fixture.trust(trusting(BROKER_ROLE));
    await fixture.assume();
    const path = join(folder, 'cloudtrail.jsonl');
    const recordCloudTrail = createCloudTrailFile(path);
    for (const record of fixture.records) recordCloudTrail(record);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2);
    expect(readCloudTrailFile(path)).toEqual(fixture.records);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('has no records before the first', () => {
    expect(readCloudTrailFile(join(folder, 'absent'))).toEqual([]);
  });
});
