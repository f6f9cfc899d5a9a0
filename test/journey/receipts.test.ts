import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import type { Comparison } from '../../lib/operator-cli/audit/compare-trail.ts';
import { readCloudTrailFile } from '../../local/cloudtrail/cloudtrail-file.ts';
import type { CloudTrailRecord } from '../../local/cloudtrail/cloudtrail-record.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { onboard } from '../../local/demo/onboard.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { brokerAs } from './onboarding/broker-cli.ts';

const ACME = { tenantId: 'acme', name: 'Acme', accountIds: ['222222222222', '222222222223'] };
const BROKER = '111111111111';
const GLOBEX = { tenantId: 'globex', name: 'Globex', accountIds: ['333333333333'] };

let stack: Stack;
let world: DemoWorld;
let records: readonly CloudTrailRecord[];
const directory = mkdtempSync(path.join(tmpdir(), 'receipts-'));
const at = (name: string) => path.join(directory, name);
const broker = brokerAs(() => stack.awsConfigFile, 'auditor');

beforeAll(async () => {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(projectRoot, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(projectRoot, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  for (const customer of [ACME, GLOBEX]) await onboard(customer, world);
  for (const tenantId of ['acme', 'globex', 'acme']) {
    const detail = { version: 1, tenantId, job: 'scan-account', reason: 'the monthly scan' };
    await world.ask('scan-scheduler', { source: 'com.example.scans', detail });
    await stack.idle();
  }
  // What was recorded a moment ago may not stand in an index yet, and is in no receipt.
  stack.advance(60_000);
  records = readCloudTrailFile(stack.cloudTrailFile);
  for (const { tenantId } of [ACME, GLOBEX]) await exported(tenantId);
}, 90_000);
afterAll(async () => {
  await stack?.close();
  rmSync(directory, { recursive: true });
});

async function exported(tenantId: string): Promise<void> {
  const files = ['--out', at(`${tenantId}.jsonl`), '--public-key-out', at('key.pem')];
  const ran = await broker('audit', 'receipts', '--tenant', tenantId, '--from', '1d', ...files);
  expect([ran.exitCode, ran.stdout]).toEqual([0, '']);
}

async function correlated(trail: readonly CloudTrailRecord[], ...tenantIds: readonly string[]) {
  writeFileSync(at('trail.jsonl'), trail.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const receipts = tenantIds.map((tenantId) => at(`${tenantId}.jsonl`)).join(',');
  const ran = await broker('audit', 'correlate', '--cloudtrail', at('trail.jsonl'), '--receipts', receipts, '--json');
  const comparison: Comparison = JSON.parse(ran.stdout);
  return { exitCode: ran.exitCode, ...comparison };
}

const isOf = (accountIds: readonly string[]) => (record: CloudTrailRecord) =>
  accountIds.includes(record.recipientAccountId);

describe('the stack’s own CloudTrail against the receipts of its tenants', () => {
  it('agrees in full: every call is announced, in both accounts’ copies', async () => {
    const { exitCode, correlation, files } = await correlated(records, 'acme', 'globex');
    expect(correlation.strays).toEqual([]);
    expect([exitCode, files.records, files.problemCount]).toEqual([0, records.length, 0]);
    const { issuances } = await readLedger(world.dynamo, world.tables.ledger);
    const sessions = issuances.flatMap(({ attempts }) => attempts.map(({ sessionName }) => sessionName));
    const matched = correlation.judged.filter(({ verdict }) => verdict === 'matched');
    expect(matched.map(({ sessionName }) => sessionName)).toEqual(expect.arrayContaining(sessions));
    const ofIssuances = matched.filter(({ kind }) => kind === 'issuance');
    expect(ofIssuances.every(({ seenIn }) => seenIn.length === 2)).toBe(true);
    expect(correlation.receipts).toMatchObject({ missing: 0, explained: 0 });
    // The broker's own decoy is no customer's.
    const own = records.filter(({ requestParameters }) =>
      String(requestParameters?.['roleArn']).includes(`::${BROKER}:`),
    );
    expect(correlation.calls).toMatchObject({ elsewhere: own.length, malformed: 0, outsidePeriod: 0 });
  });

  it('agrees in the broker’s own part with one tenant’s receipts alone: other tenants’ calls are none of theirs', async () => {
    const { exitCode, correlation } = await correlated(records.filter(isOf([BROKER])), 'acme');
    expect([exitCode, correlation.strays]).toEqual([0, []]);
    expect(correlation.calls.elsewhere).toBeGreaterThan(0);
  });

  it('agrees with a customer’s own part, in which no denied call stands', async () => {
    const { exitCode, correlation } = await correlated(records.filter(isOf(ACME.accountIds)), 'acme');
    expect([exitCode, correlation.strays, correlation.receipts.deniedSeen]).toEqual([0, [], 0]);
    expect(correlation.receipts.matched).toBeGreaterThanOrEqual(4);
  });

  it('finds the session that nobody announced, in a customer’s own part', async () => {
    const own = records.filter(isOf(ACME.accountIds));
    const [one] = own.filter(({ responseElements }) => responseElements !== null);
    if (one === undefined) throw new Error('no session in the trail');
    const planted = {
      ...one,
      requestID: 'x',
      requestParameters: { ...one.requestParameters, roleSessionName: 'admin' },
    };
    const { exitCode, correlation } = await correlated([...own, planted], 'acme');
    expect([exitCode, correlation.strays.map(({ why, sessionName }) => [why, sessionName])]).toEqual([
      4,
      [['nameUnknown', 'admin']],
    ]);
  });

  it('gives a customer nothing of another tenant, and no external ID', () => {
    const text = readFileSync(at('acme.jsonl'), 'utf8');
    expect(text).toContain('the monthly scan');
    expect(text).not.toMatch(/globex|333333333333|externalId|cb-local1-/);
  });
});
