import { describe, expect, it } from 'vitest';
import { systemIds } from '../../lib/platform/ids.ts';
import { makeTenantRegistry } from '../../lib/tenants/dynamo-tenant-registry.ts';
import { roleArnRules } from '../support/a-tenant.ts';
import { tables, withTables } from '../support/dynamo-tables.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { arnIn, BY, connected, registered } from './registry-under-test.ts';

const dynamo = withTables();
const config = { tenantsTable: tables.tenantsTable, deploymentId: 'test1', mode: 'shared', roleArnRules } as const;
const held = { refused: 'account.alreadyConnected', explanation: 'this role cannot be connected to this tenant' };

/** Races for other roles at the same time: the table answers them side by side. */
const LANES = 10;

function registries() {
  const make = () => makeTenantRegistry({ dynamo: dynamo.client(), clock: frozenClock(), ids: systemIds, config });
  const at = { registry: make(), write: async () => undefined };
  return { at, one: make(), other: make() };
}

describe('connections that race', () => {
  it('give one role ARN to one of two tenants, 1,000 times over', async () => {
    const { at, one, other } = registries();
    const [a, b] = [await registered(at), await registered(at)];
    const wins = new Map<string, number>();
    await Promise.all(Array.from({ length: LANES }, (_, lane) => raceIn(lane)));
    expect([...wins.values()].reduce((sum, count) => sum + count, 0)).toBe(1_000);
    for (const { tenantId } of [a, b]) {
      expect((await one.readTenant(tenantId))?.roles.length).toBe(wins.get(tenantId) ?? 0);
    }

    async function raceIn(lane: number) {
      for (let round = lane; round < 1_000; round += LANES) {
        const roleArn = arnIn(String(700_000_000_000 + round));
        const answers = await Promise.all([
          one.connectRole({ tenantId: a.tenantId, roleArn, jobs: 'all' }, BY),
          other.connectRole({ tenantId: b.tenantId, roleArn, jobs: 'all' }, BY),
        ]);
        // Whoever loses reads the same as anyone who asks for a role that is held.
        expect(answers.filter((answer) => 'refused' in answer)).toEqual([held]);
        for (const { tenantId } of answers.flatMap((answer) => ('refused' in answer ? [] : [answer]))) {
          wins.set(tenantId, (wins.get(tenantId) ?? 0) + 1);
        }
      }
    }
  });

  it('leave each job of an account to one role, whichever of its roles are connected at once', async () => {
    const { at, one, other } = registries();
    const { tenantId } = await registered(at);
    for (let round = 0; round < 60; round += 1) {
      const account = String(600_000_000_000 + round);
      const answers = await Promise.all([
        one.connectRole({ tenantId, roleArn: arnIn(account, 'a'), jobs: ['scan-account', 'copy-logs'] }, BY),
        other.connectRole({ tenantId, roleArn: arnIn(account, 'b'), jobs: ['process-logs', 'copy-logs'] }, BY),
        one.connectRole({ tenantId, roleArn: arnIn(account, 'c'), jobs: 'all' }, BY),
      ]);
      const roles = (await one.readTenant(tenantId, [account]))?.roles ?? [];
      const connectedNow = answers.flatMap((answer) => ('refused' in answer ? [] : [answer.roleArn]));
      expect(roles.map(({ roleArn }) => roleArn).sort()).toEqual(connectedNow.sort());
      expect(roles).toHaveLength(1);
      const refused = answers.flatMap((answer) => ('refused' in answer ? [answer.refused] : []));
      expect(refused).toEqual(['account.roleAmbiguous', 'account.roleAmbiguous']);
    }
  });

  it('all come through where they do not overlap', async () => {
    const { at, one, other } = registries();
    const { tenantId } = await registered(at);
    const roles = Array.from({ length: 8 }, (_, index) => ({
      roleArn: arnIn('500000000000', `r${index}`),
      jobs: [`job-${index}`],
    }));
    const answers = await Promise.all(
      roles.map((role, index) => (index % 2 === 0 ? one : other).connectRole({ tenantId, ...role }, BY)),
    );
    expect(answers.filter((answer) => 'refused' in answer)).toEqual([]);
    expect((await one.readTenant(tenantId))?.roles).toHaveLength(8);
  });

  it('with disconnections leave no role without its ARN, and no ARN with two', async () => {
    const { at, one, other } = registries();
    const [a, b] = [await registered(at), await registered(at)];
    const roleArn = arnIn('400000000000');
    for (let round = 0; round < 100; round += 1) {
      const tenants = [a.tenantId, b.tenantId];
      const steps = tenants.flatMap((tenantId, index) => [
        (index === 0 ? one : other).connectRole({ tenantId, roleArn, jobs: round % 2 === 0 ? 'all' : ['x'] }, BY),
        disconnectIfThere(tenantId),
      ]);
      await Promise.all(steps);
      const holding = await Promise.all(tenants.map(async (id) => (await one.readTenant(id))?.roles.length ?? 0));
      expect(holding[0] ?? 0).toBeLessThanOrEqual(1);
      expect((holding[0] ?? 0) + (holding[1] ?? 0)).toBeLessThanOrEqual(1);
    }
    for (const tenantId of [a.tenantId, b.tenantId]) await disconnectIfThere(tenantId);
    await connected(at, { tenantId: (await registered(at)).tenantId, roleArn });

    async function disconnectIfThere(tenantId: string) {
      const [role] = (await other.readTenant(tenantId))?.roles ?? [];
      if (role !== undefined) await other.disconnectRole(role, BY);
    }
  });

  it('connect nothing to a tenant that leaves meanwhile', async () => {
    const { at, one, other } = registries();
    for (let round = 0; round < 40; round += 1) {
      const tenant = await registered(at);
      const { tenantId } = tenant;
      await Promise.all([
        one.connectRole({ tenantId, roleArn: arnIn(String(450_000_000_000 + round)), jobs: 'all' }, BY),
        leave(),
      ]);
      expect((await one.readTenant(tenantId))?.roles).toEqual([]);

      async function leave() {
        await other.changeTenant(
          tenant,
          { status: 'offboarded', externalIds: null },
          { change: 'tenant.offboarded', by: BY },
        );
        for (const role of (await other.readTenant(tenantId))?.roles ?? []) await other.disconnectRole(role, BY);
      }
    }
  });
});
