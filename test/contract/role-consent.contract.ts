import { beforeEach, describe, expect, it } from 'vitest';
import type { Ids } from '../../lib/platform/ids.ts';
import { START_MS } from '../support/frozen-clock.ts';
import {
  accepted,
  anAccount,
  arnIn,
  BY,
  connected,
  countingIdsOfTheirOwn,
  PROVEN,
  type RegistryUnderTest,
  registered,
} from './registry-under-test.ts';

const SECOND = 'arn:aws:sts::111111111111:assumed-role/security/grace';
const SECURITY = 'arn:aws:iam::111111111111:role/security';
const awaited = { state: 'awaited', connectedBy: [BY], sinceMs: START_MS };
const given = { ...awaited, state: 'given', by: SECURITY, atMs: START_MS };

type Make = (ids: Ids, rule: { readonly awaitsConsent: boolean }) => RegistryUnderTest;

/** What every registry must do where roles await a second person's consent. Its clock stands at `START_MS`. */
export function roleConsentContract(name: string, make: Make): void {
  describe(`consent to roles in the tenant registry ${name}`, () => {
    let at: RegistryUnderTest;
    beforeEach(() => {
      at = make(countingIdsOfTheirOwn(), { awaitsConsent: true });
    });

    const connect = (tenantId: string, roleArn: string, jobs: 'all' | readonly string[] = 'all', by = BY) =>
      at.registry.connectRole({ tenantId, roleArn, jobs }, by);
    const consent = (tenantId: string, roleArn: string, jobs: 'all' | readonly string[] = 'all', by = SECOND) =>
      at.registry.consentToRole({ tenantId, roleArn, jobs }, by);
    const rolesOf = async (tenantId: string) => (await at.registry.readTenant(tenantId))?.roles ?? [];
    const changesOf = async (tenantId: string) => (await at.registry.readChanges(tenantId, { limit: 50 })).rows;

    it('is awaited of a role that is connected, and stays so when the role is proven', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      expect(role).toMatchObject({ status: 'pending', consent: awaited });
      expect(await at.registry.recordVerification(role, PROVEN, 'verify-trust')).toMatchObject({
        status: 'trusted',
        consent: awaited,
      });
      expect(await rolesOf(tenantId)).toMatchObject([{ consent: awaited }]);
    });

    it('is written once a second person gives it, and nothing else of the role with it', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const trusted = accepted(await at.registry.recordVerification(role, PROVEN, 'verify-trust'));
      const consented = accepted(await consent(tenantId, role.roleArn));
      expect(consented).toEqual({
        ...trusted,
        consent: given,
        version: trusted.version + 1,
        lastChange: {
          change: 'role.consented',
          by: SECOND,
          atMs: START_MS,
          before: { consent: awaited },
          after: { consent: given },
        },
      });
      expect(await rolesOf(tenantId)).toEqual([consented]);
    });

    it('is on record with its role: who connected what, who consented, and that it ended', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId, jobs: ['scan-account'] });
      await consent(tenantId, role.roleArn, ['scan-account']);
      await connect(tenantId, role.roleArn, 'all');
      const told = (await changesOf(tenantId)).filter(({ record }) => record === role.record);
      expect(told.map(({ change, by, after }) => ({ change, by, consent: after?.['consent'] })).reverse()).toEqual([
        { change: 'role.connected', by: BY, consent: awaited },
        { change: 'role.consented', by: SECOND, consent: given },
        { change: 'role.jobsChanged', by: BY, consent: awaited },
      ]);
      expect(told.find(({ change }) => change === 'role.connected')?.after).toMatchObject({ roleArn: role.roleArn });
    });

    it('is not given by who connected the role, whatever the session is named', async () => {
      const { tenantId } = await registered(at);
      const [one, other] = ['alice', 'grace'].map(
        (session) => `arn:aws:sts::111111111111:assumed-role/operators/${session}`,
      );
      const roleArn = arnIn(anAccount());
      await connect(tenantId, roleArn, 'all', one);
      for (const by of [one, other, BY]) {
        expect(await consent(tenantId, roleArn, 'all', by)).toMatchObject({ refused: 'consent.ownConnection' });
      }
      expect(await rolesOf(tenantId)).toMatchObject([{ consent: awaited }]);
    });

    it('is not given by who only gave the role more jobs, nor by who connected it before that', async () => {
      const { tenantId } = await registered(at);
      const roleArn = arnIn(anAccount());
      await connect(tenantId, roleArn, ['scan-account']);
      await connect(tenantId, roleArn, 'all', SECOND);
      for (const by of [BY, SECOND]) {
        expect(await consent(tenantId, roleArn, 'all', by)).toMatchObject({ refused: 'consent.ownConnection' });
      }
    });

    it.each([
      ['a federated user, who is named by the user behind it', 'arn:aws:sts::111111111111:federated-user/grace'],
      ['the account’s root', 'arn:aws:iam::111111111111:root'],
      ['nobody that AWS names so', 'grace'],
    ])('has no part for %s', async (_, by) => {
      const { tenantId } = await registered(at);
      const roleArn = arnIn(anAccount());
      expect(await connect(tenantId, roleArn, 'all', by)).toMatchObject({ refused: 'consent.notAllowed' });
      expect(await rolesOf(tenantId)).toEqual([]);
      await connect(tenantId, roleArn);
      expect(await consent(tenantId, roleArn, 'all', by)).toMatchObject({ refused: 'consent.notAllowed' });
    });

    it('is to exactly the role and the jobs that were named', async () => {
      const { tenantId } = await registered(at);
      const accountId = anAccount();
      await connect(tenantId, arnIn(accountId), ['scan-account', 'process-logs']);
      for (const jobs of ['all', ['scan-account'], [], ['scan-account', 'other']] as const) {
        expect(await consent(tenantId, arnIn(accountId), jobs)).toMatchObject({ refused: 'registry.stale' });
      }
      expect(await consent(tenantId, arnIn(anAccount()))).toMatchObject({ refused: 'account.unknown' });
      expect(await consent(tenantId, 'not an ARN')).toMatchObject({ refused: 'account.roleArnInvalid' });
      expect(await rolesOf(tenantId)).toMatchObject([{ consent: awaited }]);
      expect(await consent(tenantId, arnIn(accountId), ['process-logs', 'scan-account'])).toMatchObject({
        consent: given,
      });
    });

    it('is to no role of the same name and account under another path', async () => {
      const { tenantId } = await registered(at);
      const { roleArn: wanted, ...role } = await connected(at, { tenantId });
      const roleArn = `arn:aws:iam::${role.accountId}:role/before/scanner`;
      await at.write({ ...role, roleArn });
      expect(await consent(tenantId, wanted)).toMatchObject({
        refused: 'registry.stale',
        explanation: expect.stringContaining(roleArn),
      });
      expect(await rolesOf(tenantId)).toMatchObject([{ consent: awaited }]);
    });

    it('ends when the role is connected anew, also as it was', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      await at.registry.disconnectRole(accepted(await consent(tenantId, role.roleArn)), BY);
      expect(await connect(tenantId, role.roleArn)).toMatchObject({ consent: awaited });
    });

    it('ends when the role moves to another tenant', async () => {
      const [one, other] = [await registered(at), await registered(at)];
      const role = await connected(at, { tenantId: one.tenantId });
      await at.registry.disconnectRole(accepted(await consent(one.tenantId, role.roleArn)), BY);
      expect(await connect(other.tenantId, role.roleArn)).toMatchObject({ consent: awaited });
      expect(await consent(one.tenantId, role.roleArn)).toMatchObject({ refused: 'account.unknown' });
    });

    it('ends when the role is to serve more, and not when it is to serve less', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId, jobs: ['scan-account', 'process-logs'] });
      await consent(tenantId, role.roleArn, ['scan-account', 'process-logs']);
      expect(await connect(tenantId, role.roleArn, ['scan-account'])).toMatchObject({ consent: given });
      expect(await connect(tenantId, role.roleArn, 'all')).toMatchObject({ consent: awaited });
    });

    it('stands when the role is connected again as it is', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const consented = await consent(tenantId, role.roleArn);
      expect(await connect(tenantId, role.roleArn)).toEqual(consented);
    });

    it('is given once: asked again it is as it is, and to another it is not awaited', async () => {
      const { tenantId } = await registered(at);
      const role = await connected(at, { tenantId });
      const consented = await consent(tenantId, role.roleArn);
      expect(await consent(tenantId, role.roleArn)).toEqual(consented);
      const third = 'arn:aws:iam::111111111111:user/third';
      for (const by of [third, BY]) {
        expect(await consent(tenantId, role.roleArn, 'all', by)).toMatchObject({ refused: 'consent.notAwaited' });
      }
    });

    it('is given to one role while others change it, or to nothing: never to what it became', async () => {
      const { tenantId } = await registered(at);
      for (let round = 0; round < 5; round += 1) {
        const roleArn = arnIn(anAccount());
        await connect(tenantId, roleArn, ['scan-account']);
        await Promise.all([consent(tenantId, roleArn, ['scan-account']), connect(tenantId, roleArn, 'all')]);
        const role = (await rolesOf(tenantId)).find((candidate) => candidate.roleArn === roleArn);
        expect(role).toMatchObject({ jobs: 'all', consent: { state: 'awaited' } });
      }
    });

    describe('without the rule', () => {
      it('is neither awaited nor kept with the role', async () => {
        at = make(countingIdsOfTheirOwn(), { awaitsConsent: false });
        const { tenantId } = await registered(at);
        const role = await connected(at, { tenantId });
        expect(role).not.toHaveProperty('consent');
        expect(await consent(tenantId, role.roleArn)).toMatchObject({ refused: 'consent.notAwaited' });
      });

      it('stays awaited where it was, until the role is connected anew', async () => {
        const { tenantId } = await registered(at);
        const role = await connected(at, { tenantId, jobs: ['scan-account'] });
        at = make(countingIdsOfTheirOwn(), { awaitsConsent: false });
        expect(await connect(tenantId, role.roleArn, 'all')).toMatchObject({ consent: awaited });
        const [there] = await rolesOf(tenantId);
        if (there === undefined) throw new Error('it is gone');
        await at.registry.disconnectRole(there, BY);
        expect(await connect(tenantId, role.roleArn)).not.toHaveProperty('consent');
      });

      it('goes where the role gets more jobs, which nobody has consented to', async () => {
        const { tenantId } = await registered(at);
        const role = await connected(at, { tenantId, jobs: ['scan-account'] });
        await consent(tenantId, role.roleArn, ['scan-account']);
        at = make(countingIdsOfTheirOwn(), { awaitsConsent: false });
        expect(await connect(tenantId, role.roleArn, ['scan-account'])).toMatchObject({ consent: given });
        expect(await connect(tenantId, role.roleArn, 'all')).not.toHaveProperty('consent');
        expect((await rolesOf(tenantId))[0]).not.toHaveProperty('consent');
      });

      it('of a role from before the rule is none, also with it', async () => {
        at = make(countingIdsOfTheirOwn(), { awaitsConsent: false });
        const { tenantId } = await registered(at);
        const role = await connected(at, { tenantId, jobs: ['scan-account'] });
        at = make(countingIdsOfTheirOwn(), { awaitsConsent: true });
        expect(await connect(tenantId, role.roleArn, ['scan-account'])).not.toHaveProperty('consent');
        expect(await connect(tenantId, role.roleArn, 'all')).toMatchObject({ consent: awaited });
      });
    });
  });
}
