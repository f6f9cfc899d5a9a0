import { describe, expect, it } from 'vitest';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { anIntended } from '../../support/an-issuance.ts';
import { Crash } from '../../support/tenant-lifecycle/crashes.ts';
import { type LifecycleWorld, lifecycleWorld } from '../../support/tenant-lifecycle/lifecycle-world.ts';

const accounts = ['222222222222', '333333333333', '444444444444'];

function worldWithRoles(): LifecycleWorld {
  const world = lifecycleWorld();
  world.registry.put(aTenant({ roles: accounts.map((accountId) => aRole({ accountId })) }));
  return world;
}

describe('offboarding a tenant', () => {
  it('suspends it, disconnects every role, and then lets it go without its external ID', async () => {
    const world = worldWithRoles();
    const { settings, name } = aTenant().tenant;
    expect(await world.offboard()).toMatchObject({ tenantId: 'acme', alive: [] });
    const { tenant, roles } = world.registry.tenants.get('acme') ?? aTenant();
    expect(roles).toEqual([]);
    expect(tenant).toMatchObject({ status: 'offboarded', settings, name });
    expect(tenant).not.toHaveProperty('externalIds');
    // What was on its way finds the brake.
    expect(world.rows.size).toBe(1);
    const disconnections = accounts.map(() => 'role.disconnected');
    const changes = world.registry.changes.map(({ change }) => change);
    expect(changes).toEqual(['tenant.suspended', ...disconnections, 'tenant.offboarded']);
  });

  it('tells how to cut the sessions of roles that it disconnects', async () => {
    const report = await worldWithRoles().offboard();
    const cut = 'cutSooner' in report ? report.cutSooner.map(({ accountId }) => accountId) : [];
    expect(cut).toEqual(accounts);
  });

  it('ends a rotation that goes on', async () => {
    const world = lifecycleWorld();
    const { externalIds = { current: '' } } = aTenant().tenant;
    const rotation = { startedAtMs: 1, deadlineMs: 2, by: 'ops' };
    world.registry.put(aTenant({ tenant: { externalIds: { ...externalIds, next: 'cb-next' }, rotation } }));
    await world.offboard();
    expect(world.registry.tenants.get('acme')?.tenant).not.toHaveProperty('rotation');
  });

  it('disconnects a role too that is connected at the last moment', async () => {
    const world = worldWithRoles();
    let connected = false;
    world.steps.onCall = (call, [, change]) => {
      const isEnd = call === 'registry.changeTenant' && JSON.stringify(change).includes('offboarded');
      const there = world.registry.tenants.get('acme');
      if (!isEnd || connected || there === undefined) return;
      connected = true;
      world.registry.put({ ...there, roles: [aRole({ accountId: '555555555555' })] });
    };
    await world.offboard();
    expect(world.registry.tenants.get('acme')).toMatchObject({ tenant: { status: 'offboarded' }, roles: [] });
  });

  it('takes a role as it is now when a verification changes it meanwhile', async () => {
    const world = worldWithRoles();
    let changed = false;
    world.steps.onCall = (call) => {
      const there = world.registry.tenants.get('acme');
      if (call !== 'registry.disconnectRole' || changed || there === undefined) return;
      changed = true;
      world.registry.put({ ...there, roles: there.roles.map((role) => ({ ...role, version: role.version + 1 })) });
    };
    await world.offboard();
    expect(world.registry.tenants.get('acme')).toMatchObject({ tenant: { status: 'offboarded' }, roles: [] });
  });

  it('is done again without another change', async () => {
    const world = worldWithRoles();
    await world.offboard();
    const changes = world.registry.changes.length;
    expect(await world.offboard()).toMatchObject({ tenantId: 'acme' });
    expect(world.registry.changes).toHaveLength(changes);
  });

  it('refuses a tenant that there is not', async () => {
    const world = lifecycleWorld();
    world.registry.tenants.clear();
    expect(await world.offboard()).toMatchObject({ refused: 'tenant.unknown' });
    expect(world.rows.size).toBe(0);
  });

  it.each(['before', 'after'] as const)('goes on where it was interrupted %s any of its steps', async (when) => {
    for (let step = 0; ; step += 1) {
      const world = worldWithRoles();
      const intended = anIntended('a');
      await world.ledger.open(intended);
      world.steps.crashAt(step, when);
      const ended = await world.offboard().catch((error: unknown) => error);
      if (!(ended instanceof Crash)) {
        expect(step).toBeGreaterThan(12);
        return;
      }
      // It never counts as gone while a role of it is still connected.
      const there = world.registry.tenants.get('acme');
      if (there?.tenant.status === 'offboarded') expect(there.roles).toEqual([]);
      world.steps.restart();
      await world.offboard();
      expect(world.registry.tenants.get('acme')).toMatchObject({ tenant: { status: 'offboarded' }, roles: [] });
      expect((await world.ledger.readIssuance(intended.recordId))?.state).toBe('revoked');
      const changes = world.registry.changes.map(({ change }) => change);
      expect(changes.filter((change) => change !== 'tenant.suspended')).toHaveLength(accounts.length + 1);
    }
  });
});
