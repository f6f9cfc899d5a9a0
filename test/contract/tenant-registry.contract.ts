import { beforeEach, describe, expect, it } from 'vitest';
import type { Ids } from '../../lib/platform/ids.ts';
import { countingIds } from '../support/counting-ids.ts';
import { START_MS } from '../support/frozen-clock.ts';
import {
  accepted,
  anAccount,
  arnIn,
  aTenantId,
  BY,
  connected,
  countingIdsOfTheirOwn,
  type RegistryUnderTest,
  registered,
} from './registry-under-test.ts';

/** What every registry must do. Its clock stands at `START_MS`. */
export function tenantRegistryContract(name: string, make: (ids: Ids) => RegistryUnderTest): void {
  describe(`the tenant registry ${name}`, () => {
    let at: RegistryUnderTest;
    beforeEach(() => {
      at = make(countingIdsOfTheirOwn());
    });

    it('registers a tenant with an external ID that it makes itself', async () => {
      const made = await registered(at, { settings: { 'scan-account': { a: 1 } } });
      expect(made).toMatchObject({
        status: 'active',
        version: 1,
        createdAtMs: START_MS,
        enabledJobs: ['scan-account'],
        lastChange: { change: 'tenant.registered', by: BY, atMs: START_MS },
      });
      expect(made.externalIds).toEqual({ current: expect.stringMatching(/^cb-test1-[0-9a-f-]{36}$/) });
      expect(await at.registry.readTenant(made.tenantId)).toEqual({ tenant: made, roles: [] });
    });

    it('registers a tenant once', async () => {
      const made = await registered(at);
      const again = await at.registry.registerTenant({ tenantId: made.tenantId, name: 'B', enabledJobs: [] }, BY);
      expect(again).toMatchObject({ refused: 'tenant.alreadyRegistered' });
      expect(await at.registry.readTenant(made.tenantId)).toEqual({ tenant: made, roles: [] });
    });

    it.each(['', 'a', 'Acme', 'acme.', 'binding#role-arn#x', '\u0430cme', 'acme\n'])(
      'registers no tenant %j',
      async (tenantId) => {
        const answer = await at.registry.registerTenant({ tenantId, name: 'B', enabledJobs: [] }, BY);
        expect(answer).toMatchObject({ refused: 'tenant.idInvalid' });
      },
    );

    it.each(['externalId', 'externalIds', 'status', 'version'])('takes no %s from outside', async (field) => {
      const wanted = { tenantId: aTenantId(), name: 'B', enabledJobs: [], ...{ [field]: { current: 'chosen-by-us' } } };
      const made = accepted(await at.registry.registerTenant(wanted, BY));
      const role = {
        tenantId: made.tenantId,
        roleArn: arnIn(anAccount()),
        jobs: 'all' as const,
        ...{ [field]: 'chosen' },
      };
      await at.registry.connectRole(role, BY);
      const reading = await at.registry.readTenant(made.tenantId);
      expect(reading?.tenant).toEqual(made);
      expect(JSON.stringify(reading)).not.toContain('chosen');
    });

    it('takes a tenant that left back in, with another external ID and none of its roles', async () => {
      const made = await registered(at, { settings: { 'scan-account': { a: 1 } } });
      const role = await connected(at, { tenantId: made.tenantId });
      const change = { status: 'offboarded', externalIds: null } as const;
      const left = accepted(await at.registry.changeTenant(made, change, { change: 'tenant.offboarded', by: BY }));
      expect(left.externalIds).toBeUndefined();
      const back = await registered(at, { tenantId: made.tenantId });
      expect(back).toMatchObject({ status: 'active', settings: {}, version: 3 });
      expect(back.externalIds?.current).not.toBe(made.externalIds?.current);
      expect(await at.registry.readTenant(made.tenantId)).toEqual({ tenant: back, roles: [] });
      await connected(at, { tenantId: (await registered(at)).tenantId, roleArn: role.roleArn });
    });

    it('is registered once, however many ask at once', async () => {
      const tenant = { tenantId: aTenantId(), name: 'A', enabledJobs: [] };
      const answers = await Promise.all([1, 2, 3, 4].map(() => at.registry.registerTenant(tenant, BY)));
      const made = answers.flatMap((answer) => ('refused' in answer ? [] : [answer]));
      expect(made).toEqual([(await at.registry.readTenant(tenant.tenantId))?.tenant]);
    });

    it('shares no external ID, even when the source of randomness repeats itself', async () => {
      const stuck = make({ ...countingIds(), uuid: () => '0123abcd-0123-4abc-89ab-0123456789ab' });
      const first = aTenantId();
      const second = aTenantId();
      await stuck.registry.registerTenant({ tenantId: first, name: 'A', enabledJobs: [] }, BY);
      const registering = stuck.registry.registerTenant({ tenantId: second, name: 'B', enabledJobs: [] }, BY);
      await expect(registering).rejects.toMatchObject({ code: 'internal' });
      await expect(registering).rejects.toThrow(/^(?!.*0123abcd)/);
      expect(await stuck.registry.readTenant(second)).toBeUndefined();
      expect(await stuck.registry.readTenant(first)).toBeDefined();
    });

    it('reads a tenant with all its roles, or those of the named accounts only', async () => {
      const { tenantId } = await registered(at);
      const accounts = [anAccount(), anAccount(), anAccount()];
      for (const account of accounts) {
        await connected(at, { tenantId, roleArn: arnIn(account), jobs: ['scan-account'] });
      }
      await connected(at, { tenantId, roleArn: arnIn(accounts[0] ?? '', 'second'), jobs: ['copy-logs'] });
      const accountsOf = async (named?: readonly string[]) =>
        (await at.registry.readTenant(tenantId, named))?.roles.map(({ accountId }) => accountId).sort();
      const all = [accounts[0], accounts[0], accounts[1], accounts[2]];
      expect(await accountsOf()).toEqual(all);
      expect(await accountsOf([accounts[0] ?? ''])).toEqual([accounts[0], accounts[0]]);
      expect(await accountsOf([accounts[1] ?? '', accounts[1] ?? '', anAccount()])).toEqual([accounts[1]]);
      expect(await accountsOf([])).toEqual([]);
    });

    it('knows no tenant that was not registered, whatever its name', async () => {
      for (const tenantId of ['nobody', 'constructor', 'binding#role-arn#x']) {
        expect(await at.registry.readTenant(tenantId)).toBeUndefined();
      }
    });

    it.each([
      ['a tenant with an attribute too many', 'tenant', { secretAccessKey: 'canary' }],
      ['a tenant of no known status', 'tenant', { status: 'canary' }],
      ['a role with an attribute too many', 'role', { externalId: 'canary' }],
      ['a role of no known status', 'role', { status: 'canary' }],
      ['a role of a malformed account', 'role', { accountId: 'canary' }],
    ])('reads nothing where there is %s', async (_, kind, change) => {
      const tenant = await registered(at);
      const role = await connected(at, { tenantId: tenant.tenantId });
      await at.write({ ...(kind === 'tenant' ? tenant : role), ...change });
      const reading = at.registry.readTenant(tenant.tenantId);
      await expect(reading).rejects.toMatchObject({ code: 'store.itemInvalid', retryable: false });
      await expect(reading).rejects.toThrow(/^(?!.*canary)/);
    });
  });
}
