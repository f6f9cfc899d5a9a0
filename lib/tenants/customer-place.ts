import { TENANT_RECORD } from '../platform/table-keys.ts';
import type { RegistryDependencies } from './registry-dependencies.ts';
import { readBinding, takeBinding } from './tenant-bindings.ts';
import { isLive } from './tenant-items.ts';
import { fenceItem, readTenantItem } from './tenant-writes.ts';

const THE_CUSTOMER = { kind: 'customer', value: 'the customer' } as const;

/**
 * Takes the one place that a dedicated deployment has, for a tenant whose item is written next **on the condition that
 * it is as it was read before this call**. A customer that has left keeps it, and may come back: its roles may still be
 * there, and trust this account without asking for an external ID, so that another customer could be given them. The
 * place of a tenant that never came to be is free; its item is fenced first, so that it cannot come back between the
 * look and the taking.
 */
export async function takeCustomerPlace(
  tenantId: string,
  dependencies: RegistryDependencies,
): Promise<'taken' | 'held' | 'contended'> {
  const before = await readBinding(THE_CUSTOMER, dependencies);
  if (before !== undefined && before.owner !== tenantId) {
    const owner = await readTenantItem(before.owner, dependencies);
    if (isLive(owner)) return 'held';
    const key = { tenantId: before.owner, record: TENANT_RECORD };
    if (!(await fenceItem({ key, before: owner }, dependencies))) return 'contended';
  }
  const taken = await takeBinding(THE_CUSTOMER, { owner: tenantId, before }, dependencies);
  return taken ? 'taken' : 'contended';
}
