import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import { readCloudTrailFile } from '../../local/cloudtrail/cloudtrail-file.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { type Runbook, readRunbooks } from '../support/runbooks.ts';
import { externalIdUnder, withConditions, without } from './onboarding/customer-roles.ts';
import { awsAs, awsCli, describeWith } from './outside-clients/outside-clients.ts';

const PREFIX = 'credential-broker-local';
const ACME = { TENANT: 'acme', ACCOUNT: '222222222222' };
/** Whose account the strays are in, so that nobody else's receipts are about them. */
const GLOBEX = { TENANT: 'globex', ACCOUNT: '333333333333' };
const COMPLETED = /completed/;

const execute = promisify(execFile);
const runbooks = readRunbooks(readFileSync(path.join(projectRoot, 'docs/operations.md'), 'utf8'));

/** What the world does before a block of a section, by the block's number among those that are run. */
type Meanwhile = Readonly<Record<number, () => unknown>>;
type Settings = Readonly<Record<string, string>>;

let folder: string;
let stack: Stack;
let world: DemoWorld;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'runbooks-'));
  mkdirSync(path.join(folder, 'bin'));
  const broker = path.join(folder, 'bin/broker');
  const words = [process.execPath, path.join(projectRoot, 'config/broker.ts')].map((word) => `'${word}'`).join(' ');
  writeFileSync(broker, `#!/bin/sh\nexec ${words} "$@"\n`);
  chmodSync(broker, 0o755);
  const { config: deployment } = await packageStage({ stage: 'local', log: () => undefined });
  const accountsFile = path.join(projectRoot, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(projectRoot, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
}, 120_000);
afterAll(async () => {
  await stack?.close();
  rmSync(folder, { recursive: true, force: true });
});

function runbook(anchor: string): Runbook {
  const found = runbooks.find((section) => section.anchor === anchor);
  if (found === undefined) throw new Error(`docs/operations.md has no section ${anchor}`);
  return found;
}

/** Both streams of a block together, as somebody at a terminal sees them. */
async function shell(block: string, settings: Settings): Promise<string> {
  const [variables] = runbook('before-you-begin').blocks;
  const overrides = Object.entries({ TRAIL: stack.cloudTrailFile, UNTIL: tenMinutesAgo(), ...settings });
  const script = [
    variables?.text,
    ...overrides.map(([name, value]) => `export ${name}='${value}'`),
    'exec 2>&1',
    block,
  ];
  const environment = {
    PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`,
    HOME: process.env['HOME'],
    NO_COLOR: '1',
    AWS_CONFIG_FILE: stack.awsConfigFile,
    AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'no-such-file'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const options = { env: environment, cwd: folder, encoding: 'utf8', timeout: 60_000 } as const;
  // What a block ends with is part of what the page says: some commands are to be refused.
  const { stdout } = await execute('sh', ['-c', script.join('\n')], options).catch((error) => {
    if (typeof error.stdout === 'string' && error.killed !== true) return { stdout: error.stdout };
    throw error;
  });
  return stdout;
}

/** Runs a section to its end. Gives what each block printed, and what the one did that is to tell whether it worked. */
async function followed(anchor: string, settings: Settings = ACME, meanwhile: Meanwhile = {}) {
  const printed: string[] = [];
  let check = '';
  for (const block of runbook(anchor).blocks.filter(({ needsAws }) => !needsAws)) {
    await meanwhile[printed.length]?.();
    await stack.idle();
    const output = await shell(block.text, settings);
    printed.push(output);
    if (block.isCheck) check = output;
  }
  return { printed, check };
}

function tenMinutesAgo(): string {
  return new Date(stack.clock.nowMs() - 600_000).toISOString();
}

/** In steps that leave the sweeper its minute, or, over longer times, the ticks of every five. */
async function minutes(count: number): Promise<void> {
  const step = count > 20 ? 5 : 1;
  for (let gone = 0; gone < count; gone += step) {
    stack.advance(step * 60_000);
    await stack.idle();
  }
}

/** The customer edits the trust policy of its role. */
async function changeTrust(accountId: string, change: Parameters<typeof withConditions>[1]): Promise<void> {
  const customer = awsAs(() => stack.awsConfigFile);
  const role = ['--role-name', 'credential-broker'];
  const { stdout } = await customer(`customer-${accountId}`, 'iam', 'get-role', ...role);
  const trustPolicy = JSON.parse(stdout).Role.AssumeRolePolicyDocument;
  const changed = withConditions({ externalId: '', path: '', permissionsPolicy: {}, trustPolicy }, change);
  const update = ['iam', 'update-assume-role-policy', ...role, '--policy-document', JSON.stringify(changed)];
  expect(await customer(`customer-${accountId}`, ...update)).toMatchObject({ exitCode: 0, stderr: '' });
}

async function externalIds(tenantId: string) {
  const { current = '' } = (await world.registry.readTenant(tenantId))?.tenant.externalIds ?? {};
  return { current };
}

/** A session that somebody makes with the broker's own role, past the broker. */
async function stray({ TENANT, ACCOUNT }: typeof GLOBEX, sessionName: string) {
  const role = stack.identities.findRole(`arn:aws:iam::${world.brokerAccount}:role/${PREFIX}-issue-credentials`);
  if (role === undefined) throw new Error('there is no role to steal');
  const stolen = stack.identities.mintSession({ role, sessionName: 'stolen', durationSeconds: 900 });
  const { accessKeyId, secretAccessKey, sessionToken } = stolen;
  const sts = new STSClient({ ...world.connection({ accessKeyId, secretAccessKey, sessionToken }), maxAttempts: 1 });
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/credential-broker/credential-broker`;
  const { current: ExternalId } = await externalIds(TENANT);
  await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: sessionName, ExternalId }));
  await stack.idle();
}

const detail = { version: 1, tenantId: ACME.TENANT, job: 'scan-account' };
async function asked(): Promise<void> {
  await world.ask('scan-scheduler', { source: 'com.example.scans', detail });
  await stack.idle();
}

describeWith(awsCli, 'the runbooks, followed to the letter', () => {
  it('first deployment: the configuration is explained, and everything is well', async () => {
    const { printed, check } = await followed('first-deployment');
    expect(printed[0]).toMatch(/^deploymentId +local1 /m);
    expect(check).toContain('Everything is well.');
  }, 60_000);

  it.each([ACME, GLOBEX])(
    'onboarding a customer: $TENANT is registered, proven, and has its job run',
    async (whom) => {
      const { printed, check } = await followed('onboarding-a-customer', whom);
      expect(printed[2]).toContain('trusted');
      expect(check).toMatch(COMPLETED);
    },
    60_000,
  );

  it('customer changed the trust: it is named, mended and proven', async () => {
    const { current } = await externalIds('acme');
    const { printed, check } = await followed('customer-changed-the-trust', ACME, {
      0: () => changeTrust(ACME.ACCOUNT, without('StringEquals')),
      2: () => changeTrust(ACME.ACCOUNT, externalIdUnder('StringEquals', current)),
    });
    expect(printed[0]).toContain('trust.noExternalIdAccepted');
    expect(printed[2]).toMatch(/trusted +all +just now +none/);
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('external ID leaked: it is replaced, and opens nothing any more', async () => {
    const before = await externalIds('acme');
    const { printed, check } = await followed('external-id-leaked');
    expect(printed[0]).toContain('trusted');
    expect(printed[1]).toMatch(/credential-broker +both/);
    expect(check).toMatch(/^rotation +none$/m);
    expect(check).toMatch(COMPLETED);
    const after = await externalIds('acme');
    expect(after.current).not.toBe(before.current);
    expect(check).not.toContain(after.current);
  }, 60_000);

  it('broker role suspected stolen: nothing more is made, and it goes on afterwards', async () => {
    const { printed, check } = await followed('broker-role-suspected-stolen', GLOBEX, {
      0: () => stray(GLOBEX, 'scan-account.stolen'),
      2: () => minutes(1),
    });
    expect(printed[0]).toMatch(/^global +off/m);
    expect(printed[0]).toMatch(/stray +nameUnknown/);
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('one tenant floods: it is suspended, refused on record, and goes on afterwards', async () => {
    const { printed, check } = await followed('one-tenant-floods', ACME, {
      0: async () => {
        for (let times = 0; times < 3; times += 1) await asked();
      },
    });
    expect(printed[0]).toContain('acme is suspended since');
    expect(printed[1]).toContain('tenant.suspended');
    expect(check).toMatch(/^status +active$/m);
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('STS throttled: what waited is done when it answers again', async () => {
    const { check } = await followed('sts-throttled', ACME, {
      0: async () => {
        stack.faults.breakNext({ service: 'sts', action: 'AssumeRole', times: 2, how: 'throttle' });
        await asked();
      },
    });
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('table unavailable: the doctor names it, and says when it is back', async () => {
    let mend = () => undefined as unknown;
    const { printed, check } = await followed('table-unavailable', ACME, {
      0: () => {
        const where = (input: object) => JSON.stringify(input).includes(`${PREFIX}-ledger`);
        const ledger = {
          service: 'dynamodb',
          caller: 'manage-tenants',
          where,
          times: 100,
          how: 'unavailable',
        } as const;
        mend = stack.faults.breakNext(ledger).mend;
      },
      1: () => mend(),
    });
    expect(printed[0]).not.toContain('Everything is well.');
    expect(printed[0]).toMatch(/^not ok +ledger/m);
    expect(check).toContain('Everything is well.');
  }, 60_000);

  it('CloudTrail silent: what was not seen live is found in the files', async () => {
    // The stray of the section before is in the files, and nothing else that no receipt announces.
    const { printed, check } = await followed('cloudtrail-silent', ACME, {
      0: () => minutes(1),
      1: () => minutes(70),
    });
    expect(printed[0]?.match(/^.* no receipt has its session name .*$/gm)).toEqual([
      expect.stringContaining('scan-account.stolen'),
    ]);
    expect(printed[0]).toMatch(/ 0 missing/);
    expect(check).toContain('CloudTrail was held against the ledger up to');
  }, 60_000);

  it('strays found: named, stopped, cut off by the customer, and new sessions work', async () => {
    const { printed, check } = await followed('strays-found', GLOBEX, {
      0: () => stray(GLOBEX, 'scan-account.stray'),
      3: () => minutes(1),
    });
    expect(printed[0]).toMatch(/333333333333 .*stray +nameUnknown/);
    expect(printed[1]).toMatch(/^global +off/m);
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('key disabled: the key is named, and what waited is done', async () => {
    const { printed, check } = await followed('key-disabled', ACME, {
      0: async () => {
        stack.keys.setEnabled(stack.keys.find(`alias/${PREFIX}-envelopes`).keyId, false);
        await asked();
      },
      1: async () => {
        stack.keys.setEnabled(stack.keys.find(`alias/${PREFIX}-envelopes`).keyId, true);
        await minutes(17);
      },
    });
    expect(printed[0]?.trim()).toBe('Disabled');
    expect(check).toMatch(/^Enabled$/m);
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('restore from PITR: what is there is proven before anything is made', async () => {
    const { printed, check } = await followed('restore-from-pitr', ACME, { 1: () => minutes(10) });
    expect(printed[1]).toMatch(/^proven +yes$/m);
    expect(check).toContain('Everything is well.');
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('region lost: what is kept beforehand is whole, and what waits afterwards is told', async () => {
    const { check } = await followed('region-lost');
    const kept = readFileSync(path.join(folder, 'tenants.json'), 'utf8');
    expect([kept.includes('"acme"'), kept.includes('"globex"')]).toEqual([true, true]);
    expect(kept).not.toContain((await externalIds('acme')).current);
    expect(check).toContain('Everything is well.');
    expect(check).toMatch(COMPLETED);
  }, 60_000);

  it('revoke everything now: nothing is made, nothing is alive, and it goes on when it is told to', async () => {
    const { printed, check } = await followed('revoke-everything-now', ACME, { 3: () => minutes(12) });
    expect(printed[0]).toContain('acme');
    expect(printed[1]?.match(/^The last session that could exist ends by/gm)).toHaveLength(2);
    expect(printed[2]).toContain('switch.off');
    expect(check).not.toMatch(/scan-account/);
    expect(check).toContain('As of');
    expect(printed.at(-1)).toMatch(COMPLETED);
  }, 90_000);

  it('audit request from a customer: it is answered, and CloudTrail agrees', async () => {
    const files = path.join(folder, 'customer.json');
    await minutes(1);
    const own = readCloudTrailFile(stack.cloudTrailFile).filter((record) => record.recipientAccountId === ACME.ACCOUNT);
    writeFileSync(files, JSON.stringify({ Records: own }));
    const { printed, check } = await followed('audit-request-from-a-customer', { ...ACME, TRAIL: files });
    expect(printed[1]).toContain('TIMELINE');
    expect(check).toContain('They agree');
    expect(readFileSync(path.join(folder, 'records.csv'), 'utf8')).toContain('scan-account');
  }, 60_000);

  it('dead letters: the good one is sent again, and is no letter any more', async () => {
    const { printed, check } = await followed('dead-letters', ACME, { 0: askWhileTheQueueIsShut });
    expect(printed[0]).toMatch(/rule +acme scan-account +NO_PERMISSIONS .*safe/);
    expect(printed[1]).toMatch(/1 +redriven/);
    expect(check).toContain('rule: 0 letters');
  }, 60_000);

  it('function fails: what was lost is listed, and everything is well', async () => {
    const { check } = await followed('function-fails');
    expect(check).toContain('Everything is well.');
    expect(check).toMatch(COMPLETED);
  }, 60_000);
});

/** A queue whose policy no longer lets the rule in, until EventBridge gives up. */
async function askWhileTheQueueIsShut(): Promise<void> {
  const settings = stack.queues.findQueue(`${PREFIX}-requests`);
  if (settings === undefined) throw new Error('there is no request queue');
  const { policy } = settings;
  Object.assign(settings, { policy: { Statement: [] } });
  await asked();
  Object.assign(settings, { policy });
}
