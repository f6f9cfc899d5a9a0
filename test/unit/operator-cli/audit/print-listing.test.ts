import { describe, expect, it } from 'vitest';
import type { RecordPage } from '../../../../lib/audit/questions/audit-api.ts';
import { anIssuanceView, aRecordPage, aRefusedView } from '../../../support/audit-answers.ts';
import { CLI_NOW_MS, runBroker } from '../../../support/run-broker.ts';

const pages: readonly RecordPage[] = [
  aRecordPage([anIssuanceView()], { cursor: 'one', searchedToMs: CLI_NOW_MS - 60_000 }),
  aRecordPage([], { cursor: 'two', searchedToMs: CLI_NOW_MS - 120_000 }),
  aRecordPage([aRefusedView], { searchedToMs: CLI_NOW_MS - 180_000 }),
];
const replies = (_: unknown, count: number) => ({ json: pages[count] });
const all = (...more: readonly string[]) => ['audit', 'tenant', 'acme', '--state', 'issued', '--all', ...more];

describe('every page of a listing', () => {
  it('is asked for with the cursor of the one before, and the same question', async () => {
    const { requests, stdout } = await runBroker(all(), { replies });
    expect(requests.map(({ query }) => query)).toEqual([
      { state: 'issued' },
      { state: 'issued', cursor: 'one' },
      { state: 'issued', cursor: 'two' },
    ]);
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
  });

  it('is one answer in JSON: as current as the first, as far as the last, and with the cost of all', async () => {
    const { stdout, stderr } = await runBroker(all('--json', '--cost'), { replies });
    const read: RecordPage = JSON.parse(stdout);
    expect(read.records).toHaveLength(2);
    expect(read).toMatchObject({
      searchedToMs: CLI_NOW_MS - 180_000,
      currency: pages[0]?.currency,
      cost: { calls: 9, rows: 3_750, readUnits: 79.5 },
    });
    expect(read.cursor).toBeUndefined();
    expect(stderr).toContain('Cost: 9 calls, 3,750 rows, 79.5 read units\n');
  });

  it('is one table in CSV, with one head', async () => {
    const { stdout } = await runBroker(all('--format', 'csv'), { replies });
    expect(stdout.match(/recordType/g)).toHaveLength(1);
    expect(stdout.match(/\r\n/g)).toHaveLength(3);
  });

  it('is an event a line in OCSF', async () => {
    const { stdout } = await runBroker(all('--format', 'ocsf'), { replies });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).class_uid)).toEqual([3002, 6003]);
  });

  it('says how far it is, and takes that away at the end', async () => {
    const { stderr } = await runBroker(all(), { replies, columns: 200, msPerRequest: 10_000 });
    expect(stderr).toContain('reading: 1 record, back to 2026-09-02 11:59:00 UTC');
    expect(stderr).toContain('\r\u001b[K');
    expect(stderr).not.toContain('There may be more');
  });

  it('says where to go on when it is interrupted', async () => {
    const { exitCode, stderr, requests } = await runBroker(all('--format', 'csv'), {
      replies,
      interruptAfter: { requests: 2 },
    });
    expect({ exitCode, count: requests.length }).toEqual({ exitCode: 130, count: 2 });
    expect(stderr).toContain('To go on: --cursor one\n');
    expect(stderr).toContain('cli.interrupted\n');
  });

  it('prints what came before the page that broke', async () => {
    const { exitCode, stdout } = await runBroker(all('--format', 'csv'), {
      replies: (_, count) => (count === 0 ? { json: pages[0] } : { status: 500, json: {} }),
    });
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('ASIAEXAMPLEKEY000001');
  });
});

describe('one page of a listing', () => {
  it('is given in JSON exactly as the API gave it', async () => {
    const { stdout } = await runBroker(['audit', 'live', '--format', 'json'], { replies });
    expect(JSON.parse(stdout)).toEqual(pages[0]);
  });
});
