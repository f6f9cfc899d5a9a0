import type { ChangeNote } from '../tenants/change.ts';
import type { TenantReading } from '../tenants/tenant.ts';
import type { TenantChange, TenantRegistry } from '../tenants/tenant-registry.ts';
import { isRefusal, type OnboardingRefusal, refuse } from './onboarding-refusal.ts';

/** What is to be done with the tenant that was read: refuse, change `nothing`, or make this change. */
export type ChangeDecision =
  | OnboardingRefusal
  | 'nothing'
  | { readonly change: TenantChange; readonly note: ChangeNote };

/** Each change that somebody else makes at the same time makes one of these tries stale. */
const TRIES = 5;

/**
 * Reads a tenant, decides what to change, and writes the change on condition that the tenant is still as it was read;
 * otherwise it starts again. Gives the tenant as it is then. An unknown tenant is refused.
 */
export async function changeWithRetry(
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
