import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type AssumeRoleReading, readAssumeRole } from '../../../../lib/audit/cloudtrail-event.ts';
import { correlateFiles } from '../../../../lib/audit/log-files/correlate-files.ts';
import { isConsistent } from '../../../../lib/audit/log-files/files-correlation.ts';
import { readLogFiles } from '../../../../lib/audit/log-files/read-log-files.ts';
import { makeDirectorySource } from '../../../../lib/platform/directory-source.ts';
import { aPage, aReceipt } from '../../../support/a-trail.ts';

/** Real files of somebody else: `test/fixtures/cloudtrail/README.md` says whose. */
const asTheyAre = path.join(import.meta.dirname, '../../../fixtures/cloudtrail/third-party');
const names = readdirSync(asTheyAre);

/** The same records as CloudTrail itself packs them, and as other tools write them. */
function rewritten(
  write: (name: string, records: readonly unknown[]) => readonly [string, Uint8Array | string],
): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'third-party-'));
  directories.push(directory);
  for (const name of names) {
    const records: readonly unknown[] = JSON.parse(readFileSync(path.join(asTheyAre, name), 'utf8'));
    const [file, content] = write(name, records);
    writeFileSync(path.join(directory, file), content);
  }
  return directory;
}
const directories: string[] = [];
afterAll(() => directories.map((directory) => rmSync(directory, { recursive: true })));

const shapes: readonly (readonly [string, () => string])[] = [
  ['as they are', () => asTheyAre],
  [
    'packed documents',
    () => rewritten((name, records) => [`${name}.gz`, gzipSync(JSON.stringify({ Records: records }))]),
  ],
  [
    'one record a line',
    () => rewritten((name, records) => [name, records.map((record) => `${JSON.stringify(record)}\n`).join('')]),
  ],
];

describe('log files of somebody else', () => {
  it.each(shapes)('are read to the last record, match nothing and raise nothing: %s', async (_name, directory) => {
    const readings: AssumeRoleReading[] = [];
    const correlator = correlateFiles([aPage([aReceipt(1)])]);
    const files = await readLogFiles({
      source: makeDirectorySource(directory()),
      onRecord: (record) => {
        correlator.add(record);
        if (record.eventName === 'AssumeRole') readings.push(readAssumeRole(record.whole));
      },
      abortSignal: new AbortController().signal,
    });
    expect(files).toMatchObject({ files: 3, records: 8, problemCount: 0 });
    const result = correlator.result();
    expect(isConsistent(result)).toBe(true);
    expect(result).toMatchObject({
      receipts: { matched: 0, explained: 0, missing: 0, notCovered: 1, deniedSeen: 0, noSession: 0 },
      calls: { assumeRoleRecords: 2, ofTheBroker: 0, malformed: 0 },
      strays: [],
    });
    expect(result.coverage.map(({ accountId, records }) => [accountId, records])).toEqual([
      ['673637476045', 3],
      ['742491224508', 2],
      ['900138736586', 3],
    ]);
    expect(readings.sort(byTime)).toEqual(golden);
  });
});

function byTime(left: AssumeRoleReading, right: AssumeRoleReading): number {
  return timeOf(left) - timeOf(right);
}

function timeOf(reading: AssumeRoleReading): number {
  return reading.kind === 'assumeRole' ? reading.event.atMs : 0;
}

const common = {
  region: 'ca-south-3r',
  recipientAccountId: '900138736586',
  callerAccountId: '900138736586',
  sourceIpAddress: '06.237.252.245',
  userAgent: 'stratus-red-team_c8ff220a-7e52-429b-868f-d979123ed2d3',
};
const call = {
  outcome: 'allowed',
  roleArn: 'arn:aws:iam::900138736586:role/stratus-red-team-ec2lui-role-idtzskbvtd',
  sessionName: 'aws-go-sdk-1722511821294449000',
  assumedRoleId: 'AROA13YEHY3VAS32TD341:aws-go-sdk-1722511821294449000',
} as const;
const golden: readonly AssumeRoleReading[] = [
  {
    kind: 'assumeRole',
    event: {
      ...common,
      eventId: '9a6353be-6cb8-4a0c-ab85-a46dbd3a2b71',
      stsRequestId: '7197a903-38a0-4e24-8683-dc858142b3c8',
      atMs: Date.parse('2024-08-01T11:30:21Z'),
      call: { ...call, accessKeyId: 'ASIAYY9090UIYYUOIF2U' },
    },
  },
  {
    kind: 'assumeRole',
    event: {
      ...common,
      eventId: '04c882a5-7652-40d1-b44c-83535fc19268',
      stsRequestId: 'a8b97cd6-132c-46e7-9305-85f2d79e683d',
      atMs: Date.parse('2024-08-01T11:30:22Z'),
      call: { ...call, accessKeyId: 'ASIA9F6MXE9HSYOXYQOS' },
    },
  },
];
