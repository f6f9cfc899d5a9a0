import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { packageStage } from '../../config/package/package-stage.ts';

const root = path.resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

type Attempt = {
  sessionName: string;
  accessKeyId: string | null;
  stsRequestId: string | null;
  issuedAt: string | null;
  expiresAt: string | null;
  fence: string | null;
  outcome: string;
};
type Request = { requestId: string; tenantId: string; decision: string; refusal: string | null; issuanceIds: string[] };
type Issuance = {
  issuanceId: string;
  requestId: string;
  tenantId: string;
  accountId: string;
  state: string;
  attempts: Attempt[];
  result: { bucketsScanned: number; findings?: { bucket: string; problems: string[] }[] } | null;
};
type Document = {
  requests: Request[];
  issuances: Issuance[];
  assumeRoleCalls: { allowed: number; denied: number };
};

let document: Document;

function requestFor(tenantId: string, requester: string): Request | undefined {
  return document.requests.find(
    (request) => request.tenantId === tenantId && 'requester' in request && request.requester === requester,
  );
}

function issuancesOf(tenantId: string): readonly Issuance[] {
  return document.issuances.filter((issuance) => issuance.tenantId === tenantId);
}

beforeAll(async () => {
  await packageStage({ stage: 'local', log: () => undefined });
  // Nothing but the document may stand on stdout.
  const { stdout } = await run(process.execPath, ['local/demo.ts', '--json'], { cwd: root });
  document = JSON.parse(stdout);
}, 60_000);

describe('the demo, as data', () => {
  it('scans both accounts of a tenant from one event that was delivered twice', () => {
    const [first, second, ...more] = issuancesOf('acme');
    expect(more).toEqual([]);
    expect([first?.accountId, second?.accountId].sort()).toEqual(['222222222222', '222222222223']);
    expect([first?.state, second?.state]).toEqual(['completed', 'completed']);
    expect(first?.requestId).toBe(second?.requestId);
    expect(requestFor('acme', 'scan-scheduler')?.issuanceIds).toHaveLength(2);
    expect(issuancesOf('acme').flatMap((issuance) => issuance.attempts)).toHaveLength(2);
  });

  it('finds what is wrong with the buckets of each account, in whatever region they are', () => {
    const findings = issuancesOf('acme').flatMap((issuance) => issuance.result?.findings ?? []);
    const told = Object.fromEntries(findings.map(({ bucket, problems }) => [bucket, problems]));
    expect(told).toEqual({
      'acme-access-logs': ['encryption.notKms'],
      'acme-website-assets': ['publicAccessBlock.missing', 'encryption.notKms'],
      'acme-analytics-exports': ['publicAccessBlock.missing', 'encryption.notKms'],
    });
  });

  it('refuses a requester that is not bound to the tenant, and a tenant that does not exist', () => {
    expect(requestFor('acme', 'log-pipeline')).toMatchObject({
      decision: 'refused',
      refusal: 'requester.notAllowed',
      issuanceIds: [],
    });
    expect(requestFor('hooli', 'scan-scheduler')).toMatchObject({
      decision: 'refused',
      refusal: 'tenant.unknown',
      issuanceIds: [],
    });
  });

  it('counts what is in the logs of a tenant, and names the file that was cut off', () => {
    const issuances = issuancesOf('globex');
    expect(issuances).toMatchObject([{ job: 'process-logs', requester: 'log-pipeline', state: 'completed' }]);
    expect(issuances[0]?.result).toMatchObject({
      filesRead: 2,
      filesUnread: 1,
      stoppedEarly: false,
      events: 49,
      services: { counts: { 's3.amazonaws.com': 31, 'ec2.amazonaws.com': 9, 'lambda.amazonaws.com': 9 }, others: 0 },
      errors: { counts: { AccessDenied: 8, 'Client.UnauthorizedOperation': 9 }, others: 0 },
      unread: [{ key: expect.stringContaining('0015Z'), problem: 'gzip.truncated', offset: 5930 }],
    });
  });

  it('records the denial of a customer that changed its external ID', () => {
    const [issuance] = issuancesOf('initech');
    expect(issuance).toMatchObject({ state: 'denied', result: null });
    expect(issuance?.attempts).toHaveLength(1);
    expect(issuance?.attempts[0]).toMatchObject({ outcome: 'denied', accessKeyId: null });
    expect(issuance?.attempts[0]?.stsRequestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('does not know what came of a job that died, and does not run it again', () => {
    const [issuance] = issuancesOf('umbrella');
    expect(issuance).toMatchObject({ state: 'unknown', result: null });
    expect(issuance?.attempts).toHaveLength(1);
  });

  it('names every session after its issuance and fences it before STS would end it', () => {
    const attempts = document.issuances.flatMap(({ issuanceId, attempts: made }) =>
      made.filter(({ accessKeyId }) => accessKeyId !== null).map((attempt) => ({ issuanceId, ...attempt })),
    );
    expect(attempts).toHaveLength(4);
    for (const { issuanceId, sessionName, accessKeyId, issuedAt, fence, expiresAt } of attempts) {
      expect(sessionName).toBe(`${issuanceId}.1`);
      expect(accessKeyId).toMatch(/^ASIA[A-Z0-9]{16}$/);
      const [from, fenced, ends] = [issuedAt, fence, expiresAt].map((time) => Date.parse(time ?? ''));
      expect(fenced).toBeGreaterThan(from ?? Number.NaN);
      expect(ends).toBeGreaterThan(fenced ?? Number.NaN);
    }
  });

  it('counts every call of CloudTrail: what opened and what stayed shut', () => {
    const [roles, issued, deniedIssuances, decoy] = [5, 4, 1, 1];
    // Allowed with the right ID, with tags, with a source identity, and to the broker; denied with three wrong IDs, and to
    // the decoy, which had to be assumed itself.
    const [open, shut] = [4, 4];
    expect(document.assumeRoleCalls).toEqual({
      allowed: roles * open + issued + decoy,
      denied: roles * shut + deniedIssuances,
    });
  });
});

/** The end of the story: whose the stolen key was, CloudTrail, the archive. */
function expectAudit(stdout: string): void {
  const [, thief = 'none'] = /holds (ASIA[A-Z0-9]{16})/.exec(stdout) ?? [];
  expect(stdout).toContain(`broker audit key ${thief}`);
  expect(stdout).toMatch(/answer +scan-account for umbrella in 555555555555, asked by scan-scheduler: unknown/);
  expect(stdout).toContain('● cloudtrail session seen by CloudTrail');
  expect(stdout).toContain('exactly this: it has the hash that was recorded');
  expect(stdout).toMatch(/matched +46 of 46 calls matched/);
  expect(stdout).toMatch(/strays +0 calls that nobody announced/);
  expect(stdout).toMatch(/agree +24 sessions and 21 denials are in both, 0 are missing, 0 are strays/);
  expect(stdout).toMatch(/proven +nothing that is signed was changed/);
  expect(stdout).toMatch(/recordChanged, line \d+ of changes\/dt=\S+, scan-account\.[a-z2-7]{32}/);
}

describe('the demo, for a person', () => {
  it('tells each scene and finds nothing secret at rest', async () => {
    const { stdout } = await run(process.execPath, ['local/demo.ts'], { cwd: root });
    for (const told of [
      'Customers come in',
      'delivered twice',
      '2 files read, 49 events',
      'gzip.truncated at byte 5930',
      'not bound',
      'does not exist',
      'changes the external ID',
      'dies',
    ]) {
      expect(stdout).toContain(told);
    }
    expect(stdout).toMatch(/list buckets: allowed/);
    expect(stdout).toMatch(/one second past it, \d+ s before STS's own expiry, list buckets: AccessDenied/);
    for (const table of ['tenants', 'switches', 'limits', 'ledger']) expect(stdout).toContain(`table ${table}: `);
    expect(stdout).toMatch(/archive of the audit, every object: \d{2,} items/);
    expect(stdout).toMatch(/found +0 hits for 54 secrets/);
    expectAudit(stdout);
    expect(stdout).not.toMatch(/undefined|\[object|NaN/);
  }, 60_000);

  it.each([
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)(
    'leaves nothing behind when it is stopped by %s',
    async (signal, exitCode) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'stopped-demo-'));
      const env = { ...process.env, TMPDIR: folder };
      const child = spawn(process.execPath, ['local/demo.ts'], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
      const exited = once(child, 'exit');
      child.stdout.resume();
      await expect
        .poll(() => readdir(folder), { timeout: 60_000 })
        .toContainEqual(expect.stringMatching(/^credential-/));
      child.kill(signal);
      expect(await exited).toEqual([exitCode, null]);
      expect(await readdir(folder)).toEqual([]);
      await rm(folder, { recursive: true });
    },
    30_000,
  );

  it('explains an option that it does not know', async () => {
    const failed = await run(process.execPath, ['local/demo.ts', '--jsn'], { cwd: root }).catch(
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("Unknown option '--jsn'") });
  });
});
