import { TENANT_RECORD } from '../platform/table-keys.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import { readBinding, takeBinding } from './tenant-bindings.ts';
import { isLive } from './tenant-items.ts';
import { fenceItem, readTenantItem } from './tenant-writes.ts';

const SOLE_CUSTOMER = { kind: 'customer', value: 'the customer' } as const;

/**
 * Makes a tenant the only customer that a dedicated deployment ever has. The caller writes the tenant's item next,
 * **on condition that it is as it was read before this call**. A customer that has left stays the only one, and may
 * come back: its roles may still exist and trust this account without an external ID, so another customer must not
 * follow it. A tenant whose registration was interrupted does not count. Its item is fenced first, so that it cannot
 * be registered in the meantime.
 */
export async function claimSoleCustomer(
  tenantId: string,
  dependencies: RegistryDependencies,
): Promise<'taken' | 'held' | 'contended'> {
  const before = await readBinding(SOLE_CUSTOMER, dependencies);
  if (before !== undefined && before.owner !== tenantId) {
    const owner = await readTenantItem(before.owner, dependencies);
    if (isLive(owner)) return 'held';
    const key = { tenantId: before.owner, record: TENANT_RECORD };
    if (!(await fenceItem({ key, before: owner }, dependencies))) return 'contended';
  }
  const taken = await takeBinding(SOLE_CUSTOMER, { owner: tenantId, before }, dependencies);
  return taken ? 'taken' : 'contended';
}
