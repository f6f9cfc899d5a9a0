import { describe, expect, it } from 'vitest';
import { jobCatalogue } from '../../../lib/jobs/job-catalogue.ts';
import { connectRole, readRole, registerTenant, tenantToBe } from '../../../lib/onboarding/onboard-tenant.ts';
import type { Tenant, TenantReading, TenantRole } from '../../../lib/tenants/tenant.ts';
import type { NewRole, NewTenant, RegistryRefusal } from '../../../lib/tenants/tenant-registry.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';

const rules = { jobs: jobCatalogue, partition: 'aws' } as const;
const by = 'arn:aws:iam::111111111111:role/operator';
const stale: RegistryRefusal = { refused: 'registry.stale', explanation: 'changed meanwhile' };
const logs = { bucket: 'acme-logs', prefix: 'trail/' };

/** A registry that has this reading, answers a registration and a connection with these, and keeps what it was asked. */
function registryWith({
  reading,
  connected = aRole(),
  registered = aTenant().tenant,
}: {
  readonly reading?: TenantReading;
  readonly connected?: TenantRole | RegistryRefusal;
  readonly registered?: Tenant | RegistryRefusal;
} = {}) {
  const asked: unknown[] = [];
  const registry = {
    async readTenant(tenantId: string, accountIds?: readonly string[]) {
      asked.push(['read', tenantId, accountIds]);
      return reading;
    },
    async registerTenant(tenant: NewTenant, who: string) {
      asked.push(['register', tenant, who]);
      return registered;
    },
    async connectRole(role: NewRole, who: string) {
      asked.push(['connect', role, who]);
      return connected;
    },
  };
  return { asked, registry, rules };
}

describe('a tenant to be', () => {
  const named = { tenantId: 'acme', name: 'Acme' };
  it('has the jobs that it was given, else those that run without settings', () => {
    expect(tenantToBe({ ...named, jobs: ['process-logs'] }, rules)).toEqual({
      ...named,
      settings: {},
      enabledJobs: ['process-logs'],
    });
    expect(tenantToBe({ ...named, jobs: [], settings: { 'process-logs': logs } }, rules)).toEqual({
      ...named,
      settings: { 'process-logs': logs },
      enabledJobs: [],
    });
    expect(tenantToBe(named, rules)).toEqual({ ...named, settings: {}, enabledJobs: ['scan-account'] });
  });

  it('is registered as it will be, by whoever asks', async () => {
    const world = registryWith();
    expect(await registerTenant({ ...named, by }, world)).toEqual(aTenant().tenant);
    expect(world.asked).toEqual([['register', { ...named, settings: {}, enabledJobs: ['scan-account'] }, by]]);
  });

  it.each([
    [{ jobs: ['x'] }, 'job.unknown'],
    [{ jobs: ['process-logs'] }, 'policy.parameterInvalid'],
    [{ settings: { 'process-logs': {} } }, 'policy.parameterInvalid'],
  ])('is registered nowhere with %j', async (change, refused) => {
    const world = registryWith();
    expect(await registerTenant({ ...named, ...change, by }, world)).toMatchObject({ refused });
    expect(world.asked).toEqual([]);
  });

  it('is refused as the registry refuses it', async () => {
    const refused = { refused: 'tenant.alreadyRegistered', explanation: 'there is one' } as const;
    expect(await registerTenant({ ...named, by }, registryWith({ registered: refused }))).toEqual(refused);
  });
});

describe('a role', () => {
  const role = { tenantId: 'acme', roleArn: aRole().roleArn, jobs: 'all' } as const;

  it.each<[string, TenantReading | undefined, boolean]>([
    ['new of a tenant without roles', aTenant({ roles: [] }), true],
    ['new beside others', aTenant({ roles: [aRole({ record: 'role#222222222222#other' })] }), true],
    ['not new where it was before', aTenant({ roles: [aRole({ record: 'role#x' }), aRole()] }), false],
    ['new of a tenant that was not there a moment ago', undefined, true],
  ])('is connected: %s', async (_, reading, isNew) => {
    const world = registryWith({ ...(reading === undefined ? {} : { reading }) });
    expect(await connectRole({ ...role, by }, world)).toEqual({ role: aRole(), isNew });
    expect(world.asked).toEqual([
      ['read', 'acme', undefined],
      ['connect', role, by],
    ]);
  });

  it.each([[['scan-account']], [['scan-account', 'process-logs']], [[]]])(
    'is connected for the jobs %j',
    async (jobs) => {
      const world = registryWith();
      expect(await connectRole({ ...role, jobs, by }, world)).toHaveProperty('role');
      expect(world.asked.at(-1)).toEqual(['connect', { ...role, jobs }, by]);
    },
  );

  it('is not connected for a job that there is not', async () => {
    const world = registryWith();
    expect(await connectRole({ ...role, jobs: ['scan-account', 'x"'], by }, world)).toEqual({
      refused: 'job.unknown',
      explanation: 'the catalogue has no job "x\\u0022"',
    });
    expect(world.asked).toEqual([]);
  });

  it('is not connected where the registry refuses it', async () => {
    expect(await connectRole({ ...role, by }, registryWith({ connected: stale }))).toEqual(stale);
  });
});

describe('the one role of a name and account', () => {
  const named = { tenantId: 'acme', accountId: '222222222222', roleName: 'scanner' };

  it('is found among the others', async () => {
    const other = aRole({ record: 'role#222222222222#other' });
    const world = registryWith({ reading: aTenant({ roles: [other, aRole()] }) });
    expect(await readRole(named, world)).toEqual(aRole());
    expect(world.asked).toEqual([['read', 'acme', ['222222222222']]]);
  });

  it('is refused where there is no such tenant, and where it has no such role', async () => {
    expect(await readRole(named, registryWith())).toEqual({
      refused: 'tenant.unknown',
      explanation: 'no tenant has this id',
    });
    expect(await readRole({ ...named, roleName: 'scan' }, registryWith({ reading: aTenant() }))).toEqual({
      refused: 'account.unknown',
      explanation: 'the tenant has connected no role of this name in this account',
    });
  });
});
