import { expect, it } from 'vitest';
import type { Issuance } from '../../../lib/ledger/issuance.ts';
import { awsAs, awsCli, describeWith, type Ran } from '../outside-clients/outside-clients.ts';
import { errorLines, journey } from './journey.ts';
import { runInShell } from './run-in-shell.ts';

const ACCOUNT = '333333333333';
const JOB_ROLE = 'credential-broker-local-scan-account';
const MINUTE_MS = 60_000;

describeWith(awsCli, 'a tenant is suspended while its sessions live', () => {
  const { stack, broker, json, onboard, ask, put, recordOf } = journey();
  let alive: Issuance;
  let ticketed: string;
  let printed: Ran;

  /** Somebody took the credentials out of the memory of the job, and uses them with the AWS CLI. */
  async function withStolenSession(...args: readonly string[]): Promise<Ran> {
    const { accessKeyId = '' } = alive.attempts.at(-1) ?? {};
    const stored = stack().identities.findCredential(accessKeyId);
    const keys = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: stored?.secretAccessKey ?? '',
      AWS_SESSION_TOKEN: stored?.sessionToken ?? '',
      AWS_ENDPOINT_URL: stack().endpoint,
    };
    return awsAs(() => stack().awsConfigFile, keys)('operator', ...args);
  }

  it('has one that its job claimed and did not give back, because it died', async () => {
    await onboard({ tenantId: 'stopping', accountId: ACCOUNT, name: 'stopping' });
    const stop = stack().onCall(({ service, call }) => {
      if (service === 's3' && call.caller.accountId === ACCOUNT) stack().functions.kill(JOB_ROLE);
    });
    const { issuances } = await ask('stopping');
    stop();
    expect(issuances.map(({ state }) => state)).toEqual(['claimed']);
    const [issuance] = issuances;
    if (issuance === undefined) return;
    alive = issuance;
    expect((await withStolenSession('s3api', 'list-buckets')).exitCode).toBe(0);
  });

  it('has one whose ticket no job has claimed yet', async () => {
    const job = stack().faults.breakNext({
      service: 'dynamodb',
      caller: JOB_ROLE,
      times: Infinity,
      how: 'unavailable',
    });
    ticketed = await put('stopping');
    await stack().idle();
    job.mend();
    const [issuance] = (await recordOf(ticketed)).issuances;
    expect(issuance).toMatchObject({ state: 'issued', ticket: { attempt: 1 } });
  });

  it('is told what was ended, what may still be alive, and until when', async () => {
    const beforeMs = stack().clock.nowMs();
    printed = await broker('tenants', 'suspend', 'stopping', '--reason', 'unpaid');
    expect(printed.exitCode).toBe(0);
    const { fenceMs = 0 } = alive.attempts.at(-1) ?? {};
    expect(printed.stdout).toMatch(
      /^stopping is suspended since .* UTC: nothing is issued or opened for it any more\.$/m,
    );
    expect(printed.stdout).toMatch(/^Ended before anybody could use them: 1$/m);
    const row = `${ACCOUNT}  scan-account  claimed  ${instant(fenceMs)} UTC  ${alive.recordId}`;
    expect(printed.stdout).toContain(
      `\nACCOUNT       JOB           STATE    ENDS BY                  ISSUANCE\n${row}\n`,
    );
    // Whoever had decided when the switch fell calls STS within 45 s, for a session of ten minutes.
    const [, bound = ''] = /The last session that could exist ends by (.*) UTC/.exec(printed.stdout) ?? [];
    const boundMs = Date.parse(`${bound.replace(' ', 'T')}Z`);
    expect(boundMs).toBeGreaterThanOrEqual(fenceMs - 1_000);
    expect(Math.abs(boundMs - beforeMs - (45_000 + 10 * MINUTE_MS))).toBeLessThan(30_000);
    expect((await broker('tenants', 'list')).stdout).toMatch(/^stopping .* suspended /m);
  });

  it('has its ticket removed, so that no job can open what waits for it', async () => {
    const [after] = (await recordOf(ticketed)).issuances;
    expect(after).toMatchObject({ state: 'revoked', refusal: { reason: 'tenant.suspended' } });
    expect(after).not.toHaveProperty('ticket');
    stack().advance(3 * MINUTE_MS);
    await stack().idle();
    expect((await recordOf(ticketed)).issuances.map(({ state }) => state)).toEqual(['revoked']);
  });

  it('is refused from then on', async () => {
    const { request, issuances } = await ask('stopping');
    expect([request.refusal?.reason, issuances]).toEqual(['tenant.suspended', []]);
  });

  it('keeps a session that is alive, until the customer runs what was printed', async () => {
    expect((await withStolenSession('s3api', 'list-buckets')).exitCode).toBe(0);
    const [, commands = ''] = /In account 333333333333:\n(aws [\s\S]*)$/.exec(printed.stdout) ?? [];
    await runInShell(commands, { configFile: stack().awsConfigFile, profile: `customer-${ACCOUNT}` });
    const cut = await withStolenSession('s3api', 'list-buckets');
    expect(cut.exitCode).toBe(255);
    expect(cut.stderr).toContain('with an explicit deny');
  });

  it('is resumed, and works again', async () => {
    const resumed = await broker('tenants', 'resume', 'stopping', '--reason', 'paid');
    expect([resumed.exitCode, resumed.stderr]).toEqual([
      0,
      'stopping is active again. What was ended stays ended: ask for it anew.\n',
    ]);
    const { request, issuances } = await ask('stopping');
    expect([request.decision, issuances.map(({ state }) => state)]).toEqual(['allowed', ['completed']]);
    expect((await recordOf(ticketed)).issuances.map(({ state }) => state)).toEqual(['revoked']);
  });

  it('leaves: its role ARN is free for another tenant, and what happened stays on record', async () => {
    const roleArn = `arn:aws:iam::${ACCOUNT}:role/credential-broker/stopping`;
    await broker('tenants', 'add', 'heir', '--name', 'Bought it', '--jobs', 'scan-account');
    const taken = await broker('tenants', 'connect', 'heir', '--role-arn', roleArn);
    expect([taken.exitCode, taken.stderr]).toEqual([3, expect.stringContaining('account.alreadyConnected')]);
    expect(taken.stderr).not.toContain('stopping');
    const left = await broker('tenants', 'offboard', 'stopping', '--reason', 'sold');
    expect(left).toMatchObject({ exitCode: 0, stderr: 'The customer may delete the roles now.\n' });
    const now = await json(4, 'tenants', 'connect', 'heir', '--role-arn', roleArn);
    expect(now).toMatchObject([{ tenantId: 'heir', status: 'pending' }]);
    const { changes } = await json(0, 'tenants', 'changes', 'stopping', '--all');
    expect(changes.map(({ change }: { change: string }) => change)).toEqual([
      'tenant.offboarded',
      'role.disconnected',
      'tenant.suspended',
      'tenant.resumed',
      'tenant.suspended',
      'role.verified',
      'role.connected',
      'tenant.registered',
    ]);
    expect((await ask('stopping')).request.refusal?.reason).toMatch(/^tenant\./);
    expect((await recordOf(ticketed)).issuances).toHaveLength(1);
  });

  it('does not come back by itself', async () => {
    const refused = await broker('tenants', 'resume', 'stopping', '--reason', 'back');
    expect([refused.exitCode, errorLines(refused)[0]]).toEqual([3, 'tenant.offboarded']);
  });
});

function instant(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
}
