import { describe, expect, it } from 'vitest';
import { makeTenantMigration } from '../../../lib/onboarding/migrate-tenant.ts';
import type { Tenant, TenantRole } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';
import { frozenClock } from '../../support/frozen-clock.ts';
import { Crash, crashes } from '../../support/tenant-lifecycle/crashes.ts';
import { inMemoryRegistry } from '../../support/tenant-lifecycle/in-memory-registry.ts';

const KEYS = ['AKIAAAAAAAAAAAAAAAA1', 'AKIAAAAAAAAAAAAAAAA2'];
const legacy: Partial<Tenant> = {
  status: 'migrating',
  importId: 'import-1',
  legacyAccessKeyIds: KEYS,
  enabledJobs: ['scan-account', 'process-logs'],
  settings: { 'scan-account': { bucketNamePrefixes: ['acme'] } },
  schedule: { 'scan-account': { everyHours: 24 } },
  notes: 'since 2019',
};

function world(tenant: Partial<Tenant> = {}, roles: readonly Partial<TenantRole>[] = [], { dedicated = false } = {}) {
  const registry = inMemoryRegistry(frozenClock(), { dedicated });
  const { externalIds: _none, ...without } = aTenant().tenant;
  registry.put({ tenant: { ...without, ...legacy, ...tenant }, roles: roles.map((role) => aRole(role)) });
  const steps = crashes();
  const migration = makeTenantMigration({ registry: steps.wrap('registry', registry) });
  const asked = { tenantId: 'acme', by: 'ops' };
  return {
    registry,
    steps,
    start: () => migration.start(asked),
    finish: () => migration.finish(asked),
    keyDeleted: (accessKeyId: string) => migration.keyDeleted({ ...asked, accessKeyId }),
    tenant: () => registry.tenants.get('acme')?.tenant,
  };
}

describe('starting a migration', () => {
  it('makes the external ID; the tenant stays what it is', async () => {
    const at = world();
    expect(await at.start()).toMatchObject({ made: true, tenant: { status: 'migrating' } });
    expect(at.tenant()).toMatchObject({ ...legacy, externalIds: { current: expect.stringMatching(/^cb-/) } });
    expect(at.registry.changes).toMatchObject([{ change: 'migration.started', by: 'ops' }]);
  });

  it('makes it once', async () => {
    const at = world();
    await at.start();
    const { externalIds } = at.tenant() ?? {};
    expect(await at.start()).toMatchObject({ made: false, tenant: { externalIds } });
    expect(at.registry.changes).toHaveLength(1);
  });

  it('makes it once for two who ask at the same time, and shows it to one', async () => {
    const at = world();
    const answers = await Promise.all([at.start(), at.start()]);
    expect(answers.map((answer) => 'made' in answer && answer.made).sort()).toEqual([false, true]);
  });

  it('makes none in a dedicated deployment', async () => {
    expect(await world({}, [], { dedicated: true }).start()).toMatchObject({
      made: false,
      tenant: { status: 'migrating' },
    });
  });

  it.each([
    ['active', 'tenant.notMigrating', 'the tenant has no migration to go on with'],
    ['offboarded', 'tenant.offboarded', 'the tenant has left'],
  ] as const)('is refused for a tenant that is %s', async (status, refused, explanation) => {
    const at = world({ status });
    expect(await at.start()).toEqual({ refused, explanation });
    expect(at.steps.calls).not.toContain('registry.newExternalId');
  });

  it('is refused for a tenant that there is not, whatever is asked', async () => {
    const at = world();
    at.registry.tenants.clear();
    for (const ask of [at.start, at.finish, () => at.keyDeleted('x')]) {
      expect(await ask()).toEqual({ refused: 'tenant.unknown', explanation: 'no tenant has this id' });
    }
  });

  it('makes no other external ID than the one that the tenant got meanwhile', async () => {
    const at = world();
    at.steps.onCall = (call) => {
      const there = at.registry.tenants.get('acme');
      if (call !== 'registry.newExternalId' || there === undefined) return;
      at.registry.put({ ...there, tenant: { ...there.tenant, externalIds: { current: 'cb-theirs' } } });
    };
    expect(await at.start()).toMatchObject({ made: false, tenant: { externalIds: { current: 'cb-theirs' } } });
    expect(at.registry.changes).toEqual([]);
    at.steps.calls.length = 0;
    await at.start();
    expect(at.steps.calls).not.toContain('registry.newExternalId');
  });

  it('goes on where it was interrupted', async () => {
    for (let step = 0; ; step += 1) {
      const at = world();
      at.steps.crashAt(step, 'after');
      const ended = await at.start().catch((error: unknown) => error);
      if (!(ended instanceof Crash)) return;
      at.steps.restart();
      await at.start();
      expect(at.tenant()?.externalIds?.current).toMatch(/^cb-/);
      expect(at.registry.changes).toHaveLength(1);
    }
  });
});

describe('finishing a migration', () => {
  it.each([
    ['the only role awaits it', [{}]],
    ['one of two that are needed does', [{ jobs: ['scan-account'] }, { jobs: ['process-logs'], consent: undefined }]],
  ] as const)('is refused before a second person’s consent, where it is awaited: %s', async (_, roles) => {
    const consent = { state: 'awaited' as const, connectedBy: ['arn:aws:iam::111111111111:role/ops'], sinceMs: 1 };
    const at = world(
      {},
      roles.map((role, index) => ({ consent, ...role, accountId: `33333333333${index}` })) as Partial<TenantRole>[],
    );
    expect(await at.finish()).toMatchObject({
      refused: 'account.awaitsConsent',
      explanation: expect.stringContaining('scan-account'),
    });
    expect(at.tenant()).toMatchObject({ status: 'migrating' });
  });

  it('makes the tenant active and keeps the rest of it', async () => {
    const at = world({}, [{ jobs: ['scan-account'] }, { jobs: ['process-logs'], accountId: '333333333333' }]);
    expect(await at.finish()).toMatchObject({ ...legacy, status: 'active' });
    expect(at.registry.changes).toMatchObject([{ change: 'tenant.migrated', by: 'ops' }]);
    // Again, because its answer may have been lost.
    expect(await at.finish()).toMatchObject({ status: 'active' });
    expect(at.registry.changes).toHaveLength(1);
  });

  it('needs no more than one role that serves every job', async () => {
    expect(await world({}, [{ jobs: 'all' }]).finish()).toMatchObject({ status: 'active' });
    expect(await world({}, [{ jobs: 'all', status: 'pending' }]).finish()).toHaveProperty('refused');
  });

  const refusals: readonly { name: string; roles: readonly Partial<TenantRole>[]; refused: string; says: string }[] = [
    {
      name: 'has no role',
      roles: [],
      refused: 'account.none',
      says: 'connect a role, and verify it, before the migration ends',
    },
    {
      name: 'has no trusted role',
      roles: [{ status: 'pending' }],
      refused: 'account.notVerified',
      says: 'no role is trusted yet; verify the tenant',
    },
    {
      name: 'has a job without a role',
      roles: [{ jobs: ['scan-account'] }],
      refused: 'account.notVerified',
      says: 'no trusted role serves process-logs',
    },
    {
      name: 'has jobs without a role',
      roles: [{ jobs: [] }],
      refused: 'account.notVerified',
      says: 'no trusted role serves scan-account, process-logs',
    },
    {
      name: 'has a job whose role is not trusted',
      roles: [{ jobs: ['scan-account'] }, { jobs: ['process-logs'], status: 'quarantined' }],
      refused: 'account.notVerified',
      says: 'no trusted role serves process-logs',
    },
  ];
  it.each(refusals)('is refused while the tenant $name', async ({ roles, refused, says }) => {
    const at = world({}, roles);
    expect(await at.finish()).toEqual({ refused, explanation: says });
    expect(at.tenant()?.status).toBe('migrating');
  });

  it('is refused for a tenant that never had keys, and for one that left', async () => {
    const never = world({ status: 'active' }, [{}]);
    never.registry.put(aTenant());
    expect(await never.finish()).toMatchObject({ refused: 'tenant.notMigrating' });
    expect(await world({ status: 'offboarded' }, [{}]).finish()).toMatchObject({ refused: 'tenant.offboarded' });
  });
});

describe('the access keys that the customer has to delete', () => {
  it('are named until each is told to be gone, and that is recorded', async () => {
    const at = world({ status: 'active' });
    expect(await at.keyDeleted(KEYS[0] ?? '')).toMatchObject({ legacyAccessKeyIds: [KEYS[1]] });
    expect(await at.keyDeleted(KEYS[1] ?? '')).not.toHaveProperty('legacyAccessKeyIds');
    expect(at.registry.changes.map(({ change }) => change)).toEqual(['legacyKey.deleted', 'legacyKey.deleted']);
  });

  it.each([
    [KEYS, `${KEYS.join(', ')} are`],
    [KEYS.slice(1), `${KEYS[1]} is`],
    [[], 'none is'],
    [undefined, 'none is'],
  ])('are not ticked off by another id; those that are left are named: %j', async (legacyAccessKeyIds, left) => {
    const at = world({ legacyAccessKeyIds });
    expect(await at.keyDeleted('AKIAAAAAAAAAAAAAAAA9')).toEqual({
      refused: 'request.fieldInvalid',
      explanation: `accessKeyId: "AKIAAAAAAAAAAAAAAAA9" is not to be deleted; ${left}`,
    });
    expect(at.tenant()?.legacyAccessKeyIds).toEqual(legacyAccessKeyIds);
    expect(at.registry.changes).toEqual([]);
  });

  it('are both gone when two are told at once', async () => {
    const at = world();
    await Promise.all(KEYS.map((key) => at.keyDeleted(key)));
    expect(at.tenant()).not.toHaveProperty('legacyAccessKeyIds');
  });
});
