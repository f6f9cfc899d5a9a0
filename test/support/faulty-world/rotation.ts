import type { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { sha256Hex } from '../../../lib/platform/ids.ts';
import type { TenantReading } from '../../../lib/tenants/tenant.ts';
import { externalIdOf } from '../a-tenant.ts';

/** A tenant in the middle of the rotation of its external ID, and roles that take the one, the other or both. */
export type Slot = 'current' | 'next';
export const SLOTS: readonly Slot[] = ['current', 'next'];

export function externalIdIn(slot: Slot, tenantId = 'acme'): string {
  return externalIdOf(slot === 'current' ? tenantId : `the next of ${tenantId}`);
}

/** The tenant while it rotates; `known` is the one that its roles are on record to take. */
export function rotating({ tenant, roles }: TenantReading, known: Slot = 'current'): TenantReading {
  const { tenantId } = tenant;
  const [current, next] = [externalIdIn('current', tenantId), externalIdIn('next', tenantId)];
  const externalIdSha256 = sha256Hex(externalIdIn(known, tenantId));
  return {
    tenant: { ...tenant, externalIds: { current, next } },
    roles: roles.map((role) => ({ ...role, externalIdSha256 })),
  };
}

/** A trust policy that names these of the tenant's external IDs. */
export function takes(slots: readonly Slot[], tenantId = 'acme') {
  const ids = slots.map((slot) => externalIdIn(slot, tenantId));
  return ({ ExternalId }: AssumeRoleCommand['input']): boolean => ids.includes(ExternalId ?? '');
}
