import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import type { Issuance } from '../../lib/ledger/issuance.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { brokerAs } from './onboarding/broker-cli.ts';
import { errorLines } from './onboarding/journey.ts';

const ACCOUNT = '333333333333';
const TENANT = 'globex';
const OPERATOR = 'arn:aws:iam::111111111111:user/operator';
const REVIEWER = 'arn:aws:iam::111111111111:role/reviewer';

let root: string;
let stack: Stack;
let world: DemoWorld;
let roleArn: string;
const configFile = () => stack.awsConfigFile;
const operator = brokerAs(configFile);
const reviewer = brokerAs(configFile, 'reviewer');

/** The local stage with `hardening.roleConsent`, and a second principal with the rights of the operator. */
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'role-consent-'));
  for (const part of ['config', 'functions', 'lib', 'serverless.yml', 'package.json', 'package-lock.json']) {
    cpSync(path.join(projectRoot, part), path.join(root, part), { recursive: true });
  }
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'));
  const file = path.join(root, 'config/local.yml');
  const settings: object = parse(readFileSync(file, 'utf8'));
  const roleConsent = { principals: ['role/reviewer', 'user/operator'] };
  writeFileSync(file, stringify({ ...settings, hardening: { roleConsent } }));
  const { config: deployment } = await packageStage({ stage: 'local', root, log: () => undefined });
  stack = await startStack({
    port: 0,
    accountsFile: accountsWithReviewer(),
    packageDir: path.join(root, '.build/local'),
  });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
}, 120_000);
afterAll(async () => {
  await stack?.close();
  rmSync(root, { recursive: true, force: true });
});

function accountsWithReviewer(): string {
  cpSync(path.join(projectRoot, 'local/accounts/objects'), path.join(root, 'objects'), { recursive: true });
  const document = JSON.parse(readFileSync(path.join(projectRoot, 'local/accounts/emulated-accounts.json'), 'utf8'));
  const like = document.principals.find(({ profile }: { profile: string }) => profile === 'operator');
  const keys = { accessKeyId: 'AKIALOCALREVIEWERXXX', secretAccessKey: 'local-reviewer-not-a-real-secret-xxxxxxx' };
  document.principals.push({ ...like, profile: 'reviewer', arn: REVIEWER, ...keys });
  const file = path.join(root, 'accounts.json');
  writeFileSync(file, JSON.stringify(document));
  return file;
}

/** Has the tenant scanned, and gives what became of it. */
async function scan(): Promise<Issuance | undefined> {
  const issuances = async () => (await readLedger(world.dynamo, world.tables.ledger)).issuances;
  const before = new Set((await issuances()).map(({ recordId }) => recordId));
  const detail = { version: 1, tenantId: TENANT, job: 'scan-account' };
  await world.ask('scan-scheduler', { source: 'com.example.scans', detail });
  await stack.idle();
  return (await issuances()).find(({ recordId }) => !before.has(recordId));
}

const refused = { state: 'refused', refusal: { reason: 'account.awaitsConsent' } };

describe('a stage where a second person consents to roles', () => {
  it('connects and proves a role, and says what is missing', async () => {
    const added = await operator(
      'tenants',
      'add',
      TENANT,
      '--name',
      'Globex',
      '--jobs',
      'scan-account',
      '--format',
      'json',
    );
    roleArn = await world.customer(ACCOUNT).createRole(added.stdout);
    const connected = await operator('tenants', 'connect', TENANT, '--role-arn', roleArn, '--jobs', 'scan-account');
    expect(connected.exitCode).toBe(4);
    expect(connected.stdout).toContain('trusted, awaits consent');
    expect(connected.stdout).toContain(`consent awaited; connected just now by ${OPERATOR}`);
    expect(connected.stderr).toContain(`broker tenants consent ${TENANT} --role-arn <ARN> --jobs scan-account`);
    const listed = await operator('tenants', 'list', '--consent', 'awaited');
    expect(listed.stdout).toContain('1 trusted; 1 awaits consent');
    expect((await operator('tenants', 'list', '--consent', 'given')).stderr).toContain('No tenant is like that.');
  });

  it('issues nothing for it, whatever was proven', async () => {
    const before = world.assumeRoleCalls().length;
    expect(await scan()).toMatchObject(refused);
    expect(world.assumeRoleCalls().length).toBe(before);
  });

  it('takes no consent of who connected it, nor to anything but what was connected', async () => {
    const named = ['tenants', 'consent', TENANT, '--role-arn', roleArn];
    const own = await operator(...named, '--jobs', 'scan-account');
    expect([own.exitCode, errorLines(own)[0]]).toEqual([3, 'consent.ownConnection']);
    const other = await reviewer(...named);
    expect([other.exitCode, errorLines(other)[0]]).toEqual([3, 'registry.stale']);
    expect(await scan()).toMatchObject(refused);
  });

  it('issues once another has consented, and has both on record', async () => {
    const given = await reviewer('tenants', 'consent', TENANT, '--role-arn', roleArn, '--jobs', 'scan-account');
    expect([given.exitCode, given.stderr]).toEqual([0, `${roleArn} has your consent, for scan-account.\n`]);
    expect(given.stdout).toContain(`consent given just now by ${REVIEWER}; connected`);
    expect(await scan()).toMatchObject({ state: 'completed' });
    const { changes } = JSON.parse((await operator('tenants', 'changes', TENANT, '--json')).stdout);
    const told = changes.filter(({ change }: { change: string }) => /^role\.con/.test(change));
    expect(told).toMatchObject([
      { change: 'role.consented', by: expect.stringMatching(/:assumed-role\/reviewer\//) },
      { change: 'role.connected', by: OPERATOR, after: { roleArn } },
    ]);
  });

  it('issues nothing again once it is to serve more, or was connected anew', async () => {
    await operator('tenants', 'connect', TENANT, '--role-arn', roleArn);
    expect(await scan()).toMatchObject(refused);
    expect((await reviewer('tenants', 'consent', TENANT, '--role-arn', roleArn)).exitCode).toBe(0);
    expect(await scan()).toMatchObject({ state: 'completed' });
    await operator('tenants', 'disconnect', TENANT, '--role-arn', roleArn);
    await operator('tenants', 'connect', TENANT, '--role-arn', roleArn);
    expect(await scan()).toMatchObject(refused);
  });

  it('takes the consents to many roles from a file', async () => {
    const file = path.join(root, 'accounts.csv');
    writeFileSync(file, `roleArn\n${roleArn}\n`);
    const given = await reviewer('tenants', 'consent', TENANT, '--from', file);
    expect([given.exitCode, given.stderr]).toEqual([
      0,
      expect.stringContaining('Consents: 1 now, 0 before, 0 failed.'),
    ]);
    expect((await operator('tenants', 'show', TENANT)).stdout).toContain('consent given');
    expect(await scan()).toMatchObject({ state: 'completed' });
  });
});
