import { aTenant, externalIdOf } from '../support/a-tenant.ts';

/** The tenants of a load, by number: each with one account, one role and an external ID of its own. */
export function tenantIdOf(index: number): string {
  return `tenant-${index}`;
}

export function accountIdOf(tenantId: string): string {
  return String(200_000_000_000 + Number(tenantId.slice('tenant-'.length)));
}

/** The items of a tenant in the registry. */
export function registered(index: number): readonly object[] {
  const tenantId = tenantIdOf(index);
  const { tenant, roles } = aTenant({ tenantId, accountId: accountIdOf(tenantId) });
  return [tenant, ...roles];
}

/** What the trust policy of the account's role asks for. */
export function externalIdOfAccount(accountId: string): string {
  return externalIdOf(tenantIdOf(Number(accountId) - 200_000_000_000));
}

/** A row of the registry that something else wrote: it breaks whoever reads it. */
export const SPOILT = { tenantId: 'spoilt', record: 'tenant', name: 7 };
