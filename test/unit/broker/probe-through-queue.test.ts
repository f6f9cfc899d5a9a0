import { describe, expect, it } from 'vitest';
import { probeThroughQueue } from '../../../lib/broker/probe-through-queue.ts';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import type { RecordedProbe } from '../../../lib/probes/make-probe.ts';
import type { OrderedProbe } from '../../../lib/requests/request.ts';
import type { TenantReading } from '../../../lib/tenants/tenant.ts';
import { aRole, aTenant, externalIdOf } from '../../support/a-tenant.ts';

const CURRENT = externalIdOf('acme');
const NEXT = externalIdOf('acme-next');
const role = aRole();
const rotating = aTenant({ tenant: { externalIds: { current: CURRENT, next: NEXT } } });
const withoutIds = aTenant();
delete withoutIds.tenant.externalIds;

const order = (change: Partial<OrderedProbe> = {}): OrderedProbe => ({
  probeId: `probe_${'a'.repeat(32)}`,
  tenantId: 'acme',
  accountId: role.accountId,
  roleArn: role.roleArn,
  externalIdSha256: sha256Hex(CURRENT),
  ...change,
});

async function made(
  asked: OrderedProbe,
  { reading, mode = 'shared' }: { readonly reading: TenantReading | undefined; readonly mode?: 'shared' | 'dedicated' },
): Promise<readonly RecordedProbe[]> {
  const probes: RecordedProbe[] = [];
  const outcome = await probeThroughQueue(asked, {
    registry: { readTenant: async () => reading },
    makeRecordedProbe: async (probe) => void probes.push(probe),
    config: { rules: { mode } },
  });
  expect(outcome).toBe('settled');
  return probes;
}

describe('a probe that verify-trust orders from the broker', () => {
  it('is made with the external ID that its hash names', async () => {
    expect(await made(order(), { reading: aTenant() })).toMatchObject([{ roleArn: role.roleArn, externalId: CURRENT }]);
    const next = order({ externalIdSha256: sha256Hex(NEXT) });
    expect(await made(next, { reading: rotating })).toMatchObject([{ externalId: NEXT }]);
  });

  it.each([
    ['there is no such tenant', order(), undefined, 'shared'],
    ['the tenant has not connected the role', order({ roleArn: `${role.roleArn}-2` }), aTenant(), 'shared'],
    ['the role is of another account', order({ accountId: '333333333333' }), aTenant(), 'shared'],
    ['the external ID is not one of the tenant', order({ externalIdSha256: sha256Hex('other') }), aTenant(), 'shared'],
    ['no external ID is named', order({ externalIdSha256: undefined }), aTenant(), 'shared'],
    ['the tenant has none', order(), withoutIds, 'shared'],
    ['one is named in a dedicated deployment', order(), withoutIds, 'dedicated'],
  ] as const)('is not made when %s', async (_when, asked, reading, mode) => {
    expect(await made(asked, { reading, mode })).toEqual([]);
  });

  it('goes without an external ID in a dedicated deployment', async () => {
    const [probe] = await made(order({ externalIdSha256: undefined }), { reading: withoutIds, mode: 'dedicated' });
    expect(probe).toEqual({
      probeId: order().probeId,
      tenantId: 'acme',
      accountId: role.accountId,
      roleArn: role.roleArn,
    });
  });
});
