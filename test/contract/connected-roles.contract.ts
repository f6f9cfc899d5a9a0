import { beforeEach, describe, expect, it } from 'vitest';
import type { Ids } from '../../lib/platform/ids.ts';
import type { Tenant } from '../../lib/tenants/tenant.ts';
import { START_MS } from '../support/frozen-clock.ts';
import {
  accepted,
  anAccount,
  arnIn,
  aTenantId,
  connected,
  countingIdsOfTheirOwn,
  type RegistryUnderTest,
  registered,
} from './registry-under-test.ts';

const held = { refused: 'account.alreadyConnected', explanation: 'this role cannot be connected to this tenant' };

const PROVEN = ['rightExternalId.accepted', 'randomExternalId.denied', 'noExternalId.denied'] as const;

/** What every registry must do about roles. Its clock stands at `START_MS`. */
export function connectedRolesContract(name: string, make: (ids: Ids) => RegistryUnderTest): void {
  describe(`the roles in the tenant registry ${name}`, () => {
    let at: RegistryUnderTest;
    beforeEach(() => {
      at = make(countingIdsOfTheirOwn());
    });

    it('connects a role unproven', async () => {
      const { tenantId } = await registered(at);
      const accountId = anAccount();
      const role = await connected(at, { tenantId, roleArn: arnIn(accountId), jobs: ['scan-account'] });
      expect(role).toEqual({
        tenantId,
        record: `role#${accountId}#scanner`,
        accountId,
        roleArn: arnIn(accountId),
        jobs: ['scan-account'],
        status: 'pending',
        externalIdSlot: 'current',
        findings: [],
        version: 1,
      });
      expect((await at.registry.readTenant(tenantId))?.roles).toEqual([role]);
    });

    it('connects nothing to a tenant that is not there, and binds nothing either', async () => {
      const roleArn = arnIn(anAccount());
      const nobody = aTenantId();
      const answer = await at.registry.connectRole({ tenantId: nobody, roleArn, jobs: 'all' });
      expect(answer).toMatchObject({ refused: 'tenant.unknown' });
      await connected(at, { tenantId: (await registered(at)).tenantId, roleArn });
    });

    it.each([
      ['a wildcard', arnIn('222222222222', '*')],
      ['our own account', arnIn('111111111111')],
      ['another partition', 'arn:aws-cn:iam::222222222222:role/credential-broker/scanner'],
      ['a user', 'arn:aws:iam::222222222222:user/credential-broker/scanner'],
    ])('connects no role of %s', async (_, roleArn) => {
      const { tenantId } = await registered(at);
      const answer = await at.registry.connectRole({ tenantId, roleArn, jobs: 'all' });
      expect(answer).toMatchObject({ refused: 'account.roleArnInvalid' });
      expect((await at.registry.readTenant(tenantId))?.roles).toEqual([]);
    });

    it('gives one role to one of two tenants that connect it at once, 200 times over', async () => {
      const [a, b] = [await registered(at), await registered(at)];
      for (let round = 0; round < 200; round += 1) {
        const roleArn = arnIn('777777777777', `role-${round}`);
        const answers = await Promise.all(
          [a, b].map(({ tenantId }) => at.registry.connectRole({ tenantId, roleArn, jobs: 'all' })),
        );
        // Whoever loses reads the same as anyone who asks for a role that is held.
        expect(answers.filter((answer) => 'refused' in answer)).toEqual([held]);
        expect(answers.filter((answer) => !('refused' in answer))).toHaveLength(1);
      }
      const count = async ({ tenantId }: Tenant) => (await at.registry.readTenant(tenantId))?.roles.length ?? 0;
      expect((await count(a)) + (await count(b))).toBe(200);
    });

    it('tells nothing of who holds a role: trusted, pending or suspended, the answer is one', async () => {
      const [a, b] = [await registered(at), await registered(at)];
      const pending = await connected(at, { tenantId: a.tenantId });
      const trusted = await connected(at, { tenantId: a.tenantId });
      await at.registry.recordVerification(trusted, PROVEN);
      const before = await at.registry.readTenant(a.tenantId);
      for (const { roleArn } of [pending, trusted]) {
        expect(await at.registry.connectRole({ tenantId: b.tenantId, roleArn, jobs: 'all' })).toEqual(held);
      }
      expect(await at.registry.readTenant(a.tenantId)).toEqual(before);
      expect((await at.registry.readTenant(b.tenantId))?.roles).toEqual([]);
    });

    it('does not make a role that is connected pending again', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const trusted = accepted(await at.registry.recordVerification(role, PROVEN));
      const again = await at.registry.connectRole({ tenantId, roleArn: role.roleArn, jobs: 'all' });
      expect(again).toMatchObject({ refused: 'account.alreadyConnected' });
      expect((await at.registry.readTenant(tenantId))?.roles).toEqual([trusted]);
    });

    it.each([
      [PROVEN, 'trusted'],
      [['rightExternalId.accepted', 'randomExternalId.denied'], 'pending'],
      [['rightExternalId.accepted', 'noExternalId.denied'], 'pending'],
      [['rightExternalId.accepted', 'noExternalId.accepted'], 'quarantined'],
      [['rightExternalId.denied', 'randomExternalId.denied'], 'pending'],
      [[], 'pending'],
    ] as const)('records what probes found: %j is %s', async (findings, status) => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const answer = await at.registry.recordVerification(role, findings);
      expect(answer).toEqual({ ...role, status, findings: [...findings], verifiedAtMs: START_MS, version: 2 });
      expect((await at.registry.readTenant(tenantId))?.roles).toEqual([answer]);
    });

    it('records no verification of a role that was changed meanwhile', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const quarantined = accepted(await at.registry.recordVerification(role, ['noExternalId.accepted']));
      const late = await at.registry.recordVerification(role, PROVEN);
      expect(late).toMatchObject({ refused: 'registry.stale' });
      expect((await at.registry.readTenant(tenantId))?.roles).toEqual([quarantined]);
      const other = { ...quarantined, roleArn: `${role.roleArn}x`, jobs: [] };
      expect(await at.registry.recordVerification(other, PROVEN)).toMatchObject({ refused: 'registry.stale' });
      const widened = await at.registry.recordVerification({ ...quarantined, jobs: ['process-logs'] }, []);
      expect(widened).toMatchObject({ status: 'pending', jobs: role.jobs });
      expect((await at.registry.readTenant(tenantId))?.roles).toMatchObject([{ jobs: role.jobs, status: 'pending' }]);
      const gone = { ...role, record: `${role.record}x` };
      expect(await at.registry.recordVerification(gone, [])).toMatchObject({ refused: 'registry.stale' });
    });
  });
}
