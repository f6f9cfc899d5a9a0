import type { ChangeNote } from '../tenants/change.ts';
import type { TenantReading } from '../tenants/tenant.ts';
import type { TenantChange, TenantRegistry } from '../tenants/tenant-registry.ts';
import { isRefusal, type OnboardingRefusal, refuse } from './onboarding-refusal.ts';

/** What a reading of the tenant leads to: `nothing` is to be changed, or this. */
export type ChangeDecision =
  | OnboardingRefusal
  | 'nothing'
  | { readonly change: TenantChange; readonly note: ChangeNote };

/** Others may be changing the tenant at the same time: each of them makes one try of ours stale. */
const TRIES = 5;

/**
 * Reads a tenant, decides by what was read, and writes that on the condition that it still is so; else all of it again.
 * Gives the tenant as it stands then. A tenant that is not there is refused.
 */
export async function changeAsRead(
  tenantId: string,
  decide: (reading: TenantReading) => ChangeDecision | Promise<ChangeDecision>,
  registry: Pick<TenantRegistry, 'readTenant' | 'changeTenant'>,
): Promise<TenantReading | OnboardingRefusal> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const reading = await registry.readTenant(tenantId);
    if (reading === undefined) return refuse('tenant.unknown', 'no tenant has this id');
    const decision = await decide(reading);
    if (decision === 'nothing') return reading;
    if (isRefusal(decision)) return decision;
    const tenant = await registry.changeTenant(reading.tenant, decision.change, decision.note);
    if (!isRefusal(tenant)) return { ...reading, tenant };
    if (tenant.refused !== 'registry.stale') return tenant;
  }
  return refuse('registry.stale', 'the tenant was changed again and again meanwhile; ask again');
}
