import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { packageStage } from '../../config/package/package-stage.ts';
import { projectRoot } from '../../config/stage-config.ts';
import type { Issuance } from '../../lib/ledger/issuance.ts';
import { instantOf, revokeSessionsPolicy } from '../../lib/onboarding/templates/revoke-sessions.ts';
import { DEFAULT_ROLE_NAME } from '../../lib/onboarding/templates/trust-template.ts';
import type { TenantRole } from '../../lib/tenants/tenant.ts';
import { type DemoWorld, makeDemoWorld } from '../../local/demo/demo-world.ts';
import { onboard } from '../../local/demo/onboard.ts';
import { readLedger } from '../../local/demo/read-outcome.ts';
import { parsePolicyDocument } from '../../local/iam/policy-document.ts';
import type { AnsweredCall } from '../../local/stack/deferred-services.ts';
import { type Stack, startStack } from '../../local/stack.ts';

const SCAN = 'credential-broker-local-scan-account';
const ACCOUNTS = { acme: '222222222222', globex: '333333333333' } as const;
type Tenant = keyof typeof ACCOUNTS;

/** The job as it is, but that its process remembers for whom it ran: what no process should remember of two tenants. */
const REMEMBERING_JOB = `import { jobHandler } from '../../lib/job-runtime/job-handler.ts';
import { scanAccountJob } from '../../lib/jobs/scan-account.job.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { makeScanBuckets } from './scan-account/scan-buckets.ts';
const ranFor = [];
const scan = makeScanBuckets({ clock: systemClock });
export const handler = jobHandler(scanAccountJob, async (tenant) => {
  ranFor.push(tenant.tenantId);
  await scan(tenant);
  return { ranFor };
});
`;

let root: string;
let stack: Stack;
let world: DemoWorld;

/** A stage of its own with `hardening`, packaged from a copy of the project, on the embedded stack. */
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), 'hardened-runs-'));
  for (const part of ['config', 'functions', 'lib', 'serverless.yml', 'package.json', 'package-lock.json']) {
    cpSync(path.join(projectRoot, part), path.join(root, part), { recursive: true });
  }
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(root, 'node_modules'));
  writeFileSync(path.join(root, 'functions/jobs/scan-account.ts'), REMEMBERING_JOB);
  const file = path.join(root, 'config/local.yml');
  const settings: object = parse(readFileSync(file, 'utf8'));
  const hardening = { tenantIsolation: true, onRevokedSessions: 'pause' };
  writeFileSync(file, stringify({ ...settings, hardening }));
  const { config: deployment } = await packageStage({ stage: 'local', root, log: () => undefined });
  const accountsFile = path.join(projectRoot, 'local/accounts/emulated-accounts.json');
  stack = await startStack({ port: 0, accountsFile, packageDir: path.join(root, '.build/local') });
  world = makeDemoWorld({ stack, deployment, accounts: stack.accounts });
  for (const [tenantId, accountId] of Object.entries(ACCOUNTS))
    await onboard({ tenantId, name: tenantId, accountIds: [accountId] }, world);
}, 120_000);
afterAll(async () => {
  await stack?.close();
  rmSync(root, { recursive: true, force: true });
});

/** As an operator, over the function URL. */
async function verify(tenantId: Tenant, body: { readonly liftsPause?: boolean } = {}) {
  const { roles } = await world.management.call('POST /tenants/:tenantId/verification', {
    params: { tenantId },
    body,
  });
  return roles;
}

async function roleOf(tenantId: Tenant): Promise<TenantRole | undefined> {
  return (await world.registry.readTenant(tenantId))?.roles[0];
}

const issuances = async () => (await readLedger(world.dynamo, world.tables.ledger)).issuances;

function ask(tenantId: Tenant): Promise<string> {
  const detail = { version: 1, tenantId, job: 'scan-account' };
  return world.ask('scan-scheduler', { source: 'com.example.scans', detail });
}

/** Has the tenant's account scanned, and gives what became of it. */
async function scan(tenantId: Tenant): Promise<Issuance | undefined> {
  const before = new Set((await issuances()).map(({ recordId }) => recordId));
  await ask(tenantId);
  await stack.idle();
  return (await issuances()).find(({ recordId }) => !before.has(recordId));
}

const summaryOf = (issuance: Issuance | undefined) =>
  issuance?.state === 'completed' ? JSON.parse(issuance.report?.summary ?? 'null') : issuance?.state;

describe('an isolated job', () => {
  it('runs for two tenants, one after the other and side by side, and never for both in one process', async () => {
    for (const tenantId of ['acme', 'globex', 'acme'] as const) {
      const { ranFor } = summaryOf(await scan(tenantId));
      expect(new Set(ranFor)).toEqual(new Set([tenantId]));
    }
    for (const tenantId of ['acme', 'globex', 'globex', 'acme', 'globex', 'acme'] as const) await ask(tenantId);
    await stack.idle();
    const all = await issuances();
    expect(all.map(({ state }) => state)).toEqual(all.map(() => 'completed'));
    expect(all.length).toBe(9);
    for (const issuance of all) expect(new Set(summaryOf(issuance).ranFor)).toEqual(new Set([issuance.tenantId]));
  });
});

describe('a customer who ends our sessions under a job', () => {
  /** The role then denies whatever was issued before. */
  function revokeUnderTheJob(tenantId: Tenant, after: (call: AnsweredCall) => boolean): void {
    const end = stack.onCall((answered) => {
      if (!after(answered)) return;
      end();
      const role = stack.identities.findRoleByName(ACCOUNTS[tenantId], DEFAULT_ROLE_NAME);
      if (role === undefined) throw new Error('there is no such role');
      const revokeBefore = instantOf(stack.clock.nowMs() + 1_000);
      const policy = parsePolicyDocument(JSON.stringify(revokeSessionsPolicy(revokeBefore)), 'identity');
      stack.identities.putRole({ ...role, policies: { ...role.policies, 'revoke-older-sessions': policy } });
    });
  }

  it('is understood: the run has failed with a code of its own, and its role is out of use', async () => {
    // Between the claim and the first call of the job.
    revokeUnderTheJob('acme', ({ service, action, call }) => {
      return service === 'kms' && action === 'Decrypt' && call.caller.principalArn.endsWith(`/${SCAN}`);
    });
    const issuance = await scan('acme');
    expect(issuance).toMatchObject({ state: 'failed', report: { code: 'job.sessionRevoked', name: 'AccessDenied' } });
    expect(await roleOf('acme')).toMatchObject({ status: 'quarantined', findings: ['trust.sessionsRevoked'] });
    expect(await roleOf('globex')).toMatchObject({ status: 'trusted', findings: [] });
    const { client } = world.auditor;
    const story = await client.call('GET /issuances/:issuanceId', { params: { issuanceId: issuance?.recordId ?? '' } });
    const told = story.steps.find(({ source, title }) => source === 'job' && title === 'reported a failure');
    expect(told?.facts).toMatchObject({ code: 'job.sessionRevoked' });
  });

  it('is asked before anything runs again: requests are refused, and another tenant’s are not', async () => {
    stack.advance(5_000);
    expect(await scan('acme')).toMatchObject({ state: 'refused', refusal: { reason: 'trust.broken' } });
    expect(await scan('globex')).toMatchObject({ state: 'completed' });
  });

  it('is not overruled by the clock', async () => {
    const { verifiedAtMs: beforeMs = 0 } = (await roleOf('acme')) ?? {};
    for (let hour = 0; hour < 24 && (await roleOf('acme'))?.verifiedAtMs === beforeMs; hour += 1) {
      stack.advance(3_600_000);
      await stack.idle();
    }
    expect((await roleOf('acme'))?.verifiedAtMs).toBeGreaterThan(beforeMs);
    expect(await roleOf('acme')).toMatchObject({ status: 'quarantined', findings: ['trust.sessionsRevoked'] });
  }, 60_000);

  it('is heard again by an operator, and what was told before does not pause the role a second time', async () => {
    // Whoever verifies roles for another reason, as each step of a rotation does, has not asked the customer.
    expect(await verify('acme')).toMatchObject([
      { status: 'quarantined', findings: [{ code: 'trust.sessionsRevoked' }] },
    ]);
    expect(await verify('acme', { liftsPause: true })).toMatchObject([{ status: 'trusted', findings: [] }]);
    const failed = (await issuances()).find(({ tenantId, state }) => tenantId === 'acme' && state === 'failed');
    const event = {
      source: 'credential-broker',
      'detail-type': 'IssuanceRecorded',
      detail: { issuanceId: failed?.recordId, state: 'failed', code: 'job.sessionRevoked' },
    };
    const again = await stack.functions.invoke('credential-broker-local-verify-trust', JSON.stringify(event));
    expect(again).toEqual({ payload: '{"roles":[]}' });
    expect(await roleOf('acme')).toMatchObject({ status: 'trusted', findings: [] });
    expect(await scan('acme')).toMatchObject({ state: 'completed' });
  });

  it('is not believed of an event alone: an issuance that ended well pauses nothing', async () => {
    const completed = (await issuances()).find(({ tenantId, state }) => tenantId === 'globex' && state === 'completed');
    const event = {
      source: 'credential-broker',
      'detail-type': 'IssuanceRecorded',
      detail: { issuanceId: completed?.recordId, state: 'failed', code: 'job.sessionRevoked' },
    };
    await stack.functions.invoke('credential-broker-local-verify-trust', JSON.stringify(event));
    expect(await roleOf('globex')).toMatchObject({ status: 'trusted', findings: [] });
  });

  it('is understood when a job goes on after a denial: it asks whether it is let in at all', async () => {
    revokeUnderTheJob('globex', ({ service, action }) => service === 's3' && action === 'ListBuckets');
    expect(await scan('globex')).toMatchObject({ state: 'failed', report: { code: 'job.sessionRevoked' } });
    expect(await roleOf('globex')).toMatchObject({ status: 'quarantined', findings: ['trust.sessionsRevoked'] });
  });
});
