import type { Suspensions } from '../switches/suspensions.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import { changeWithRetry } from './change-with-retry.ts';
import { isRefusal, refuse } from './onboarding-refusal.ts';
import type { ResumeTenant } from './tenant-lifecycle.ts';

export type ResumeDependencies = {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'changeTenant'>;
  readonly suspensions: Suspensions;
};

/**
 * Lifts a tenant's suspension. The change is recorded first, so that nothing is issued again without this record. A
 * tenant that is not suspended stays as it is. Issuances that the suspension ended stay ended, and have to be
 * requested again.
 */
export function makeResumeTenant({ registry, suspensions }: ResumeDependencies): ResumeTenant {
  return async ({ tenantId, by, reason }) => {
    const suspension = await suspensions.read(tenantId);
    const recorded = await changeWithRetry(
      tenantId,
      ({ tenant }) => {
        if (tenant.status === 'offboarded') return refuse('tenant.offboarded', 'the tenant has left');
        if (suspension === undefined) return 'nothing';
        return { change: {}, note: { change: 'tenant.resumed', by, reason } };
      },
      registry,
    );
    if (isRefusal(recorded) || suspension === undefined) return isRefusal(recorded) ? recorded : recorded.tenant;
    if (await suspensions.lift(suspension)) return recorded.tenant;
    // It was suspended again meanwhile: nobody asked to lift that suspension.
    return refuse('registry.stale', 'the tenant was suspended again meanwhile; read it and decide again');
  };
}
