import { beforeEach, describe, expect, it } from 'vitest';
import type { Ids } from '../../lib/platform/ids.ts';
import type { TenantRole } from '../../lib/tenants/tenant.ts';
import { START_MS } from '../support/frozen-clock.ts';
import {
  accepted,
  anAccount,
  arnIn,
  aTenantId,
  BY,
  connected,
  countingIdsOfTheirOwn,
  PROVEN,
  type RegistryUnderTest,
  registered,
  UNSAFE,
} from './registry-under-test.ts';

const held = { refused: 'account.alreadyConnected', explanation: 'this role cannot be connected to this tenant' };

/** What every registry must do about roles. Its clock stands at `START_MS`. */
export function connectedRolesContract(name: string, make: (ids: Ids) => RegistryUnderTest): void {
  describe(`the roles in the tenant registry ${name}`, () => {
    let at: RegistryUnderTest;
    beforeEach(() => {
      at = make(countingIdsOfTheirOwn());
    });

    const connect = (tenantId: string, roleArn: string, jobs: 'all' | readonly string[] = 'all') =>
      at.registry.connectRole({ tenantId, roleArn, jobs }, BY);
    const rolesOf = async (tenantId: string) => (await at.registry.readTenant(tenantId))?.roles ?? [];

    it('connects a role unproven', async () => {
      const { tenantId } = await registered(at);
      const accountId = anAccount();
      const role = await connected(at, { tenantId, roleArn: arnIn(accountId), jobs: ['scan-account', 'scan-account'] });
      expect(role).toEqual({
        tenantId,
        record: `role#${accountId}#scanner`,
        accountId,
        roleArn: arnIn(accountId),
        jobs: ['scan-account'],
        status: 'pending',
        findings: [],
        verifySlot: expect.stringMatching(/^slot-([01]\d\d|2[0-7]\d|28[0-7])$/),
        lastChange: {
          change: 'role.connected',
          by: BY,
          atMs: START_MS,
          before: {},
          after: { roleArn: arnIn(accountId), jobs: ['scan-account'] },
        },
        version: 1,
      });
      expect(await rolesOf(tenantId)).toEqual([role]);
    });

    it('connects nothing to a tenant that is not there, and binds nothing either', async () => {
      const roleArn = arnIn(anAccount());
      expect(await connect(aTenantId(), roleArn)).toMatchObject({ refused: 'tenant.unknown' });
      await connected(at, { tenantId: (await registered(at)).tenantId, roleArn });
    });

    it('connects nothing to a tenant that has left, and to one that migrates it does', async () => {
      const tenant = await registered(at);
      const note = { change: 'tenant.offboarded', by: BY } as const;
      await at.registry.changeTenant(tenant, { status: 'offboarded', externalIds: null }, note);
      expect(await connect(tenant.tenantId, arnIn(anAccount()))).toMatchObject({ refused: 'tenant.offboarded' });
      const legacy = { tenantId: aTenantId(), name: 'L', enabledJobs: [], legacyAccessKeyIds: [], importId: 'i' };
      await at.registry.importTenant(legacy, BY);
      await connected(at, { tenantId: legacy.tenantId });
    });

    it.each([
      ['a wildcard', arnIn('222222222222', '*')],
      ['our own account', arnIn('111111111111')],
      ['another partition', 'arn:aws-cn:iam::222222222222:role/credential-broker/scanner'],
      ['a user', 'arn:aws:iam::222222222222:user/credential-broker/scanner'],
    ])('connects no role of %s', async (_, roleArn) => {
      const { tenantId } = await registered(at);
      expect(await connect(tenantId, roleArn)).toMatchObject({ refused: 'account.roleArnInvalid' });
      expect(await rolesOf(tenantId)).toEqual([]);
    });

    it('tells nothing of who holds a role: trusted, pending or suspended, the answer is one', async () => {
      const [a, b] = [await registered(at), await registered(at)];
      const pending = await connected(at, { tenantId: a.tenantId });
      const trusted = await connected(at, { tenantId: a.tenantId });
      await at.registry.recordVerification(trusted, PROVEN, BY);
      const before = await at.registry.readTenant(a.tenantId);
      for (const { roleArn } of [pending, trusted]) expect(await connect(b.tenantId, roleArn)).toEqual(held);
      expect(await at.registry.readTenant(a.tenantId)).toEqual(before);
      expect(await rolesOf(b.tenantId)).toEqual([]);
    });

    it('gives a role that is connected as it is, when it is asked for again with the same jobs', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId, jobs: ['scan-account', 'process-logs'] });
      const trusted = accepted(await at.registry.recordVerification(role, PROVEN, BY));
      expect(await connect(tenantId, role.roleArn, ['process-logs', 'scan-account'])).toEqual(trusted);
      expect(await rolesOf(tenantId)).toEqual([trusted]);
    });

    it('changes the jobs of a role that is connected, and keeps what was proven of it', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId, jobs: ['scan-account'] });
      const trusted = accepted(await at.registry.recordVerification(role, PROVEN, BY));
      const changed = await connect(tenantId, role.roleArn, ['process-logs']);
      expect(changed).toEqual({
        ...trusted,
        jobs: ['process-logs'],
        version: 3,
        lastChange: {
          change: 'role.jobsChanged',
          by: BY,
          atMs: START_MS,
          before: { jobs: ['scan-account'] },
          after: { jobs: ['process-logs'] },
        },
      });
      expect(await rolesOf(tenantId)).toEqual([changed]);
      // The job that it gave up may be another's now.
      const other = arnIn(role.accountId, 'other');
      await connected(at, { tenantId, roleArn: other, jobs: ['scan-account'] });
      expect(await connect(tenantId, role.roleArn)).toMatchObject({ refused: 'account.roleAmbiguous' });
    });

    it.each([
      ['all', 'all', false],
      ['all', ['scan-account'], false],
      [['scan-account'], 'all', false],
      [['scan-account', 'process-logs'], ['process-logs'], false],
      [['scan-account'], ['process-logs'], true],
    ] as const)('lets one role of an account answer for each job: %j and %j is %s', async (first, second, possible) => {
      const { tenantId } = await registered(at);
      const account = anAccount();
      await connected(at, { tenantId, roleArn: arnIn(account, 'first'), jobs: first });
      const answer = await connect(tenantId, arnIn(account, 'second'), second);
      expect('refused' in answer ? answer.refused : 'connected').toBe(possible ? 'connected' : 'account.roleAmbiguous');
      // Another account, and another tenant in the same account, are not concerned.
      await connected(at, { tenantId, jobs: second });
      const { tenantId: another } = await registered(at);
      await connected(at, { tenantId: another, roleArn: arnIn(account, 'second-2'), jobs: second });
    });

    it('binds nothing when the jobs are another role’s', async () => {
      const { tenantId } = await registered(at);
      const account = anAccount();
      await connected(at, { tenantId, roleArn: arnIn(account, 'first') });
      await connect(tenantId, arnIn(account, 'second'));
      await connected(at, { tenantId: (await registered(at)).tenantId, roleArn: arnIn(account, 'second') });
    });

    it('disconnects a role, frees its ARN and its jobs, and keeps its changes', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const gone = accepted(await at.registry.disconnectRole(role, BY));
      expect(gone).toMatchObject({ roleArn: role.roleArn, lastChange: { change: 'role.disconnected', by: BY } });
      expect(await rolesOf(tenantId)).toEqual([]);
      await connected(at, { tenantId, roleArn: arnIn(role.accountId, 'other') });
      const { tenantId: another } = await registered(at);
      await connected(at, { tenantId: another, roleArn: role.roleArn });
      const { rows } = await at.registry.readChanges(tenantId, { limit: 50 });
      const ofRole = rows.filter(({ record }) => record === role.record);
      expect(ofRole.map(({ change, version }) => [change, version])).toEqual([
        ['role.disconnected', 2],
        ['role.connected', 1],
      ]);
      expect(await at.registry.disconnectRole(role, BY)).toMatchObject({ refused: 'account.unknown' });
      expect((await rolesOf(another)).map(({ roleArn }) => roleArn)).toEqual([role.roleArn]);
    });

    it('connects a role that was disconnected as a new one, unproven, whose versions go on', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const trusted = accepted(await at.registry.recordVerification(role, PROVEN, BY));
      await at.registry.disconnectRole(trusted, BY);
      const again = await connected(at, { tenantId, roleArn: role.roleArn });
      expect(again).toEqual({ ...role, version: 4 });
      const { rows } = await at.registry.readChanges(tenantId, { limit: 50 });
      expect(rows.filter(({ record }) => record === role.record)).toHaveLength(4);
    });

    it('disconnects no role that was changed meanwhile', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const trusted = accepted(await at.registry.recordVerification(role, PROVEN, BY));
      expect(await at.registry.disconnectRole(role, BY)).toMatchObject({ refused: 'registry.stale' });
      expect(await rolesOf(tenantId)).toEqual([trusted]);
    });

    it('records what was proven, and nothing else of the role', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const lying: TenantRole = { ...role, jobs: ['everything'], accountId: '999999999999', verifySlot: 'slot-000' };
      const trusted = accepted(await at.registry.recordVerification(lying, PROVEN, BY));
      const change = { change: 'role.verified', by: BY, atMs: START_MS };
      expect(trusted).toEqual({
        ...role,
        ...PROVEN,
        version: 2,
        lastChange: {
          ...change,
          before: { status: 'pending' },
          after: { status: 'trusted', capabilities: PROVEN.capabilities },
        },
      });
      const unsafe = accepted(await at.registry.recordVerification(trusted, UNSAFE, BY));
      // What a proof does not say is not so.
      expect(unsafe).toMatchObject({ status: 'quarantined', findings: UNSAFE.findings, version: 3 });
      expect(unsafe.capabilities).toBeUndefined();
      expect(await rolesOf(tenantId)).toEqual([unsafe]);
    });

    it('takes no proof of trust that says in one breath that the role is paused', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const findings = ['trust.sessionsRevoked' as const];
      await expect(at.registry.recordVerification(role, { ...PROVEN, findings }, BY)).rejects.toThrow('paused');
      expect(await rolesOf(tenantId)).toEqual([role]);
    });

    it('keeps when a pause of a role was lifted, whatever is proven of it later', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const lifted = accepted(await at.registry.recordVerification(role, { ...PROVEN, pauseLiftedAtMs: 7 }, BY));
      const unsafe = accepted(await at.registry.recordVerification(lifted, UNSAFE, BY));
      const trusted = accepted(await at.registry.recordVerification(unsafe, PROVEN, BY));
      expect([lifted, unsafe, trusted].map(({ pauseLiftedAtMs }) => pauseLiftedAtMs)).toEqual([7, 7, 7]);
      expect(await rolesOf(tenantId)).toEqual([trusted]);
    });

    it('keeps the external ID that a role takes until a proof names another', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const externalIdSha256 = 'a'.repeat(64);
      const proof = { ...PROVEN, externalIdSha256, firstRefusedAtMs: 5 };
      const taking = accepted(await at.registry.recordVerification(role, proof, BY));
      expect(taking).toMatchObject({ externalIdSha256, firstRefusedAtMs: 5 });
      const after = accepted(await at.registry.recordVerification(taking, PROVEN, BY));
      expect(after.externalIdSha256).toBe(externalIdSha256);
      expect(after.firstRefusedAtMs).toBeUndefined();
    });

    it('records no change where a verification proves what was known', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const first = accepted(await at.registry.recordVerification(role, PROVEN, BY));
      const later = { ...PROVEN, verifiedAtMs: START_MS + 1 };
      const second = accepted(await at.registry.recordVerification(first, later, 'verify-trust'));
      expect(second).toEqual({ ...first, verifiedAtMs: START_MS + 1, version: 3 });
      const third = accepted(await at.registry.recordVerification(second, UNSAFE, 'verify-trust'));
      const { rows } = await at.registry.readChanges(tenantId, { limit: 50 });
      const ofRole = rows.filter(({ record }) => record === third.record);
      expect(ofRole.map(({ change, version, by }) => [change, version, by])).toEqual([
        ['role.verified', 4, 'verify-trust'],
        ['role.verified', 2, BY],
        ['role.connected', 1, BY],
      ]);
    });

    it('trusts no role that opens to others, whoever says so', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const recording = at.registry.recordVerification(role, { ...UNSAFE, status: 'trusted' }, BY);
      await expect(recording).rejects.toMatchObject({ code: 'internal' });
      expect(await rolesOf(tenantId)).toEqual([role]);
    });

    it('records no verification of a role that was changed meanwhile', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const unsafe = accepted(await at.registry.recordVerification(role, UNSAFE, BY));
      const stale = { refused: 'registry.stale' };
      expect(await at.registry.recordVerification(role, PROVEN, BY)).toMatchObject(stale);
      const other = { ...unsafe, roleArn: `${role.roleArn}x` };
      expect(await at.registry.recordVerification(other, PROVEN, BY)).toMatchObject(stale);
      const absent = { ...role, record: `${role.record}x` };
      expect(await at.registry.recordVerification(absent, PROVEN, BY)).toMatchObject(stale);
      expect(await rolesOf(tenantId)).toEqual([unsafe]);
      await at.registry.disconnectRole(unsafe, BY);
      const gone = { ...unsafe, version: 3 };
      expect(await at.registry.recordVerification(gone, PROVEN, BY)).toMatchObject(stale);
      expect(await rolesOf(tenantId)).toEqual([]);
    });
  });
}
