import { describe, expect, it } from 'vitest';
import { listTenants } from '../../../lib/management/list-tenants.ts';
import { isRefusal } from '../../../lib/onboarding/onboarding-refusal.ts';
import type { TenantReading } from '../../../lib/tenants/tenant.ts';
import type { ListedRole, ListedTenant } from '../../../lib/tenants/tenant-registry.ts';
import { aRole, aTenant } from '../../support/a-tenant.ts';

/** Lists over an index that says of each tenant what it was, and partitions that say what it is. */
function world(now: readonly TenantReading[], { reads }: { readonly reads?: () => Promise<void> } = {}) {
  const readings = new Map(now.map((reading) => [reading.tenant.tenantId, reading]));
  const rows = ['gone', ...readings.keys()].sort();
  const listed = (tenantId: string): ListedTenant => ({
    tenantId,
    name: tenantId,
    status: 'active',
    enabledJobs: [],
    createdAtMs: 1,
  });
  const ofRole = (tenantId: string): ListedRole => ({ ...aRole({ tenantId }), status: 'trusted' });
  const dependencies: Parameters<typeof listTenants>[1] = {
    directory: {
      listTenants: async ({ status }) => ({ rows: status === 'active' ? rows.map(listed) : [] }),
      listRoles: async ({ status }) => ({ rows: status === 'trusted' ? rows.map(ofRole) : [] }),
      rolesInVerifySlot: async () => ({ rows: [] }),
    },
    registry: {
      ...unused,
      async readTenant(tenantId) {
        await reads?.();
        return readings.get(tenantId);
      },
    },
    readSuspensions: async () => new Map(),
  };
  return async (wanted: Partial<Parameters<typeof listTenants>[0]> = {}) => {
    const list = await listTenants({ limit: 50, ...wanted }, dependencies);
    return isRefusal(list) ? list.refused : list.tenants.map(({ tenantId }) => tenantId);
  };
}

const never = async () => {
  throw new Error('a list only reads');
};
const unused = {
  registerTenant: never,
  importTenant: never,
  undoImport: never,
  changeTenant: never,
  newExternalId: never,
  connectRole: never,
  consentToRole: never,
  disconnectRole: never,
  recordVerification: never,
  readChanges: never,
};

describe('a list whose index lags behind', () => {
  it('shows nobody as what they no longer are, nor who is no more', async () => {
    const list = world([
      aTenant({ tenantId: 'still' }),
      aTenant({ tenantId: 'left', tenant: { status: 'offboarded' }, roles: [] }),
    ]);
    expect(await list()).toEqual(['still']);
    expect(await list({ status: 'active' })).toEqual(['still']);
  });

  it('shows no role under the status and the finding that it had', async () => {
    const role = (tenantId: string, change: Parameters<typeof aRole>[0]) =>
      aTenant({ tenantId, roles: [aRole({ tenantId, ...change })] });
    const list = world([
      role('broken', { status: 'quarantined', findings: ['trust.wholeAccountAccepted'] }),
      role('mended', { findings: [] }),
      role('warned', { findings: ['trust.wholeAccountAccepted'] }),
    ]);
    expect(await list({ status: 'trusted' })).toEqual(['mended', 'warned']);
    expect(await list({ status: 'trusted', finding: 'trust.wholeAccountAccepted' })).toEqual(['warned']);
  });

  it('fails when one of its tenants cannot be read, instead of leaving it out', async () => {
    const list = world([aTenant()], { reads: () => Promise.reject(new Error('away')) });
    await expect(list()).rejects.toThrow('away');
  });
});

describe('a cursor', () => {
  const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const list = world([aTenant()]);

  it('goes on with its own list', async () => {
    expect(await list({ status: 'active', cursor: cursorOf({ of: 'active ', part: 0 }) })).toEqual(['acme']);
  });

  it.each([
    ['of the same status and another finding', cursorOf({ of: 'trusted trust.brokerRefused', part: 0 })],
    ['of the same status and no finding', cursorOf({ of: 'trusted ', part: 0 })],
    ['of another status and the same finding', cursorOf({ of: 'pending trust.wholeAccountAccepted', part: 0 })],
    ['of a part that there is not', cursorOf({ of: 'trusted trust.wholeAccountAccepted', part: 1 })],
    ['of more than a cursor says', cursorOf({ of: 'trusted trust.wholeAccountAccepted', part: 0, status: 'x' })],
    ['in other letters', `${cursorOf({ of: 'trusted trust.wholeAccountAccepted', part: 0 })}=`],
    ['without letters', ''],
  ])('is refused %s', async (_, cursor) => {
    const wanted = { status: 'trusted', finding: 'trust.wholeAccountAccepted', cursor } as const;
    expect(await list(wanted)).toBe('request.fieldInvalid');
  });
});
