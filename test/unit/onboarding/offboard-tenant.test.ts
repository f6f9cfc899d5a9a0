import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { makeOffboardTenant } from '../../../lib/onboarding/offboard-tenant.ts';
import { makeSuspendTenant } from '../../../lib/onboarding/suspend-tenant.ts';
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

  it('gives up when others change the tenant every time, ten times, and says so', async () => {
    const world = lifecycleWorld();
    world.registry.put(aTenant({ roles: [] }));
    let rounds = 0;
    world.steps.onCall = (call, [, change]) => {
      const there = world.registry.tenants.get('acme');
      const isEnd = call === 'registry.changeTenant' && JSON.stringify(change).includes('offboarded');
      if (!isEnd || there === undefined) return;
      rounds += 1;
      world.registry.put({ ...there, tenant: { ...there.tenant, version: there.tenant.version + 1 } });
    };
    expect(await world.offboard()).toEqual({
      refused: 'registry.stale',
      explanation: 'the tenant or its roles were changed again and again meanwhile; ask again',
    });
    expect(rounds).toBe(10);
  });

  it('refuses as the registry does, and a tenant that is removed meanwhile', async () => {
    const refused = { refused: 'tenant.unknown', explanation: 'gone' } as const;
    const { dependencies } = lifecycleWorld();
    const asked = { tenantId: 'acme', by: 'ops', reason: 'left' };
    const suspend = makeSuspendTenant(dependencies);
    const registry = { ...dependencies.registry, readTenant: async () => aTenant({ roles: [] }) };
    const changeTenant = async () => refused;
    const offboard = makeOffboardTenant({ ...dependencies, suspend, registry: { ...registry, changeTenant } });
    expect(await offboard(asked)).toEqual(refused);
    let readings = 0;
    const readTenant = async () => (readings++ < 1 ? aTenant({ roles: [] }) : undefined);
    const removed = makeOffboardTenant({ ...dependencies, suspend, registry: { ...registry, readTenant } });
    expect(await removed(asked)).toEqual({ refused: 'tenant.unknown', explanation: 'no tenant has this id' });
  });

  it('lets nobody go whose suspension is refused', async () => {
    const refused = { refused: 'registry.stale', explanation: 'ask again' } as const;
    const { dependencies, registry } = worldWithRoles();
    const offboard = makeOffboardTenant({ ...dependencies, suspend: async () => refused });
    expect(await offboard({ tenantId: 'acme', by: 'ops', reason: 'left' })).toEqual(refused);
    expect(registry.changes).toEqual([]);
    expect(registry.tenants.get('acme')).toMatchObject({ tenant: { status: 'active' }, roles: [{}, {}, {}] });
  });

  it('records who lets it go and why', async () => {
    const world = worldWithRoles();
    await world.offboard();
    expect(world.registry.changes.at(-1)).toMatchObject({ change: 'tenant.offboarded', by: 'ops', reason: 'left' });
    expect(world.registry.changes[1]).toMatchObject({ change: 'role.disconnected', by: 'ops' });
  });

  it('sets the brake again for one that has left already, and ends what is open of it', async () => {
    const world = lifecycleWorld();
    world.registry.put(aTenant({ tenant: { status: 'offboarded' }, roles: [] }));
    const intended = anIntended('late');
    await world.ledger.open(intended);
    expect(await world.offboard()).toMatchObject({ revokedIssuances: 1 });
    expect(world.rows.get('tenant#acme')).toMatchObject({ by: 'ops', reason: 'left' });
    expect(world.registry.changes).toEqual([]);
  });

  it('tells of a role that cannot be disconnected, once the others are', async () => {
    const world = worldWithRoles();
    world.steps.onCall = (call, [role]) => {
      const isFirst = JSON.stringify(role ?? '').includes('222222222222');
      if (call === 'registry.disconnectRole' && isFirst) throw new BrokerError('store.busy', 'busy');
    };
    await expect(world.offboard()).rejects.toMatchObject({ code: 'store.busy' });
    expect(world.registry.tenants.get('acme')?.roles.map(({ accountId }) => accountId)).toEqual(['222222222222']);
    expect(world.registry.tenants.get('acme')?.tenant.status).toBe('active');
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
    expect(await world.offboard()).toEqual({ refused: 'tenant.unknown', explanation: 'no tenant has this id' });
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
