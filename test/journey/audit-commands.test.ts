import path from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import type { IssuanceStory, RecordPage } from '../../lib/audit/questions/audit-api.ts';
import type { ArchiveReport } from '../../lib/audit/verification/verify-archive.ts';
import { type Issuance, utcDay } from '../../lib/ledger/issuance.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { onboard } from '../../local/demo/onboard.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { brokerAs } from './onboarding/broker-cli.ts';

const ACME = { tenantId: 'acme', name: 'Acme', accountIds: ['222222222222', '222222222223'] };
const GLOBEX = { tenantId: 'globex', name: 'Globex', accountIds: ['333333333333'] };
const REASON = '=cmd|"/c calc"!A1';

let stack: Stack;
let world: DemoWorld;
let issuances: readonly Issuance[];
const broker = brokerAs(() => stack.awsConfigFile, 'auditor');
const operator = brokerAs(() => stack.awsConfigFile);

beforeAll(async () => {
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(projectRoot, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(projectRoot, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  for (const customer of [ACME, GLOBEX]) await onboard(customer, world);
  await ask('scan-scheduler', 'acme');
  await ask('scan-scheduler', 'globex');
  // Bound to another job, so that it is refused.
  await ask('log-pipeline', 'acme');
  issuances = (await readLedger(world.dynamo, world.tables.ledger)).issuances;
}, 90_000);
afterAll(() => stack?.close());

async function ask(profile: 'scan-scheduler' | 'log-pipeline', tenantId: string): Promise<void> {
  const source = profile === 'log-pipeline' ? 'com.example.logs' : 'com.example.scans';
  await world.ask(profile, { source, detail: { version: 1, tenantId, job: 'scan-account', reason: REASON } });
  await stack.idle();
}

async function told(...args: readonly string[]) {
  const ran = await broker('audit', ...args);
  expect([args, ran.exitCode, ran.stderr]).toEqual([args, 0, expect.any(String)]);
  return ran;
}

async function page(...args: readonly string[]): Promise<RecordPage> {
  return JSON.parse((await told(...args, '--json')).stdout);
}

function idsOf({ records }: RecordPage): readonly string[] {
  return records.flatMap((record) => (record.recordType === 'issuance' ? [record.issuanceId] : [])).sort();
}

function made(tenantId: string): readonly Issuance[] {
  return issuances.filter((issuance) => issuance.tenantId === tenantId);
}

function madeIds(...tenantIds: readonly string[]): readonly string[] {
  return tenantIds
    .flatMap(made)
    .map(({ recordId }) => recordId)
    .sort();
}

/** The only issuance of globex, and what STS gave for it. */
function ofGlobex() {
  const [issuance] = made('globex');
  const attempt = issuance?.attempts[0];
  if (issuance === undefined || attempt?.accessKeyId === undefined || attempt.stsRequestId === undefined) {
    throw new Error('no session was made for globex');
  }
  const { accessKeyId, stsRequestId, sessionName } = attempt;
  return { issuanceId: issuance.recordId, accessKeyId, stsRequestId, sessionName };
}

describe('the audit, asked from the command line', () => {
  it('has something to be asked about', () => {
    expect(made('acme')).toMatchObject([{ state: 'completed' }, { state: 'completed' }]);
    expect(made('globex')).toMatchObject([{ state: 'completed' }]);
  });

  it('lists each tenant’s own issuances, and never another’s', async () => {
    expect(idsOf(await page('tenant', 'acme', '--type', 'issuance'))).toEqual(madeIds('acme'));
    expect(idsOf(await page('tenant', 'globex', '--type', 'issuance', '--from', '1h'))).toEqual(madeIds('globex'));
    const { records } = await page('tenant', 'globex');
    expect(JSON.stringify(records)).not.toContain('acme');
    const { stdout, stderr } = await told('tenant', 'hooli');
    expect(stdout).toBe('');
    expect(stderr).toContain('Nothing like that was recorded of this tenant');
  });

  it('finds the same by account, requester, job and day', async () => {
    const acme = await page('account', '222222222223', '--type', 'issuance');
    expect(acme.records).toMatchObject([{ accountId: '222222222223', tenantId: 'acme' }]);
    const all = madeIds('acme', 'globex');
    const day = utcDay(issuances[0]?.recordedAtMs ?? 0);
    expect(idsOf(await page('requester', 'scan-scheduler', '--type', 'issuance'))).toEqual(all);
    expect(idsOf(await page('job', 'scan-account'))).toEqual(all);
    expect(idsOf(await page('day', day, '--type', 'issuance'))).toEqual(all);
    expect(idsOf(await page('day', day, '--tenant', 'globex', '--state', 'completed'))).toEqual(madeIds('globex'));
  });

  it('pages through everything, and comes to the same', async () => {
    const [whole, pages] = [await page('tenant', 'acme'), await page('tenant', 'acme', '--limit', '2', '--all')];
    expect(whole.records.length).toBeGreaterThan(4);
    expect(pages.records).toEqual(whole.records);
    const first = await page('tenant', 'acme', '--limit', '2');
    const next = await page('tenant', 'acme', '--limit', '2', '--cursor', first.cursor ?? '');
    expect([...first.records, ...next.records]).toEqual(whole.records.slice(0, 4));
    // A cursor leads into no other tenant's rows.
    const forged = await broker('audit', 'tenant', 'globex', '--limit', '2', '--cursor', first.cursor ?? '');
    expect([forged.exitCode, forged.stdout, forged.stderr.split('\n')[0]]).toEqual([3, '', 'audit.cursorInvalid']);
  });

  it('goes on with a time that was so long ago, by the words that it gives', async () => {
    const { stderr } = await told('tenant', 'acme', '--from', '1h', '--limit', '2');
    const [, words = ''] = /(--from \S+ --cursor \S+), or --all/.exec(stderr) ?? [];
    const next = await page('tenant', 'acme', '--limit', '2', ...words.split(' '));
    expect(next.records).toEqual((await page('tenant', 'acme')).records.slice(2, 4));
  });

  it('knows whose a key, a session and a call of STS were', async () => {
    const { issuanceId, accessKeyId, stsRequestId, sessionName } = ofGlobex();
    expect(idsOf(await page('key', accessKeyId))).toEqual([issuanceId]);
    expect(idsOf(await page('session', sessionName))).toEqual([issuanceId]);
    expect(idsOf(await page('sts-request', stsRequestId))).toEqual([issuanceId]);
    const { stdout, stderr } = await told('key', accessKeyId, '--cost');
    expect(stdout).toContain(issuanceId);
    expect(stderr).toContain(`The whole story: broker audit explain ${issuanceId}`);
    expect(stderr).toMatch(/^Cost: \d+ calls?, \d+ rows?, [\d.]+ read units?$/m);
    const unknown = await broker('audit', 'key', 'ASIAXXXXXXXXXXXXXXXX');
    expect([unknown.exitCode, unknown.stderr.split('\n')[0]]).toEqual([3, 'audit.unknown']);
  });

  it('lists what was refused, and no strays', async () => {
    const { records } = await page('exceptions', 'refused');
    expect(records).toMatchObject([{ recordType: 'request', tenantId: 'acme', requester: 'log-pipeline' }]);
    expect((await page('exceptions', 'stray')).records).toEqual([]);
  });

  it('lists the sessions that may be used, until their fence', async () => {
    const { records } = await page('live', '--tenant', 'globex');
    const [record] = records;
    if (record !== undefined) expect(record).toMatchObject({ tenantId: 'globex', isLive: true });
    expect((await told('live')).stderr).toContain('As of ');
  });

  it('tells the story of an issuance', async () => {
    const { issuanceId, accessKeyId } = ofGlobex();
    const { stdout, stderr } = await told('explain', issuanceId);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    for (const words of ['State      completed', 'scan-scheduler', 'TIMELINE', 'ATTEMPT 1', accessKeyId, 'NOT KNOWN']) {
      expect(stdout).toContain(words);
    }
    expect(stdout).toContain('exactly this: it has the hash that was recorded');
    expect(stdout).toContain('each bound to the one before by its hash');
    expect(stdout).not.toMatch(/undefined|\[object|NaN/);
    expect(stderr).toContain('read from the ledger itself');
    const story: IssuanceStory = JSON.parse((await told('explain', issuanceId, '--json')).stdout);
    expect(story).toMatchObject({ trailHolds: true, decision: { decided: 'allowed' }, request: { reason: REASON } });
  });

  it('writes CSV without formulas, one line for each attempt', async () => {
    const { stdout } = await told('tenant', 'acme', '--format', 'csv');
    const rows: readonly Readonly<Record<string, string>>[] = parse(stdout, { columns: true });
    expect(rows.filter(({ recordType }) => recordType === 'issuance')).toHaveLength(2);
    const reasons = rows.filter(({ recordType }) => recordType === 'request').map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set([`'${REASON}`]));
  });

  it('writes events of OCSF, one a line', async () => {
    const { stdout } = await told('tenant', 'globex', '--format', 'ocsf', '--all');
    const lines = stdout.trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line));
    const sessions = events.filter(({ class_uid }) => class_uid === 3002);
    expect(sessions.map(({ metadata }) => metadata.uid)).toContain(ofGlobex().sessionName);
    expect(new Set(events.map(({ metadata }) => metadata.uid)).size).toBe(events.length);
  });

  it('prints nothing secret in any form', async () => {
    const { issuanceId } = ofGlobex();
    const printed = [
      await told('explain', issuanceId, '--json'),
      await told('tenant', 'globex', '--json'),
      await told('tenant', 'globex', '--format', 'csv'),
      await told('tenant', 'globex', '--format', 'ocsf'),
    ].map(({ stdout, stderr }) => stdout + stderr);
    const tenants = await Promise.all(['acme', 'globex'].map((tenantId) => world.registry.readTenant(tenantId)));
    const externalIds = tenants.flatMap((reading) => reading?.tenant.externalIds?.current ?? []);
    const secrets = [...world.sessionSecrets(), ...externalIds];
    expect(externalIds).toHaveLength(2);
    expect(secrets.length).toBeGreaterThan(6);
    expect(secrets.filter((secret) => printed.some((text) => text.includes(secret)))).toEqual([]);
    expect(printed.filter((text) => /wrappedKey|ticket"|secretAccessKey|sessionToken/i.test(text))).toEqual([]);
  });
});

describe('an auditor, who has the deployment’s policy for auditors and no other', () => {
  it('verifies the archive where it lies, with the key that the deployment publishes', async () => {
    // Digests are signed every five minutes, over what was put two minutes before.
    for (let minute = 0; minute < 10; minute += 1) {
      stack.advance(60_000);
      await stack.idle();
    }
    const archive = `s3://credential-broker-local-archive-${world.brokerAccount}`;
    const to = new Date(stack.clock.nowMs()).toISOString();
    const report: ArchiveReport = JSON.parse((await told('verify', '--archive', archive, '--to', to, '--json')).stdout);
    expect(report).toMatchObject({ isProven: true, findings: [], issuances: issuances.length });
    expect(report.counted.records).toBeGreaterThan(issuances.length);
  });

  it('may not see or change a tenant, a switch or a dead letter', async () => {
    for (const command of [
      ['tenants', 'list'],
      ['tenants', 'suspend', 'acme', '--reason', 'curious'],
      ['switch', 'list'],
      ['dead-letters', 'list'],
    ]) {
      const { exitCode, stdout } = await broker(...command);
      expect([command, exitCode, stdout]).toEqual([command, 3, '']);
    }
    expect((await world.registry.readTenant('acme'))?.tenant.status).toBe('active');
  });

  it('is somebody else than an operator, who may not ask', async () => {
    expect((await operator('tenants', 'list')).exitCode).toBe(0);
    const { issuanceId, accessKeyId } = ofGlobex();
    const archive = `s3://credential-broker-local-archive-${world.brokerAccount}`;
    for (const command of [
      ['explain', issuanceId],
      ['key', accessKeyId],
      ['receipts', '--tenant', 'acme'],
      ['verify', '--archive', archive],
    ]) {
      const { exitCode, stdout } = await operator('audit', ...command);
      expect([command, exitCode, stdout]).toEqual([command, 3, '']);
    }
  });
});
