import type { Suspensions } from '../switches/suspensions.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import type { Tenant, TenantReading } from '../tenants/tenant.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import { changeWithRetry } from './change-with-retry.ts';
import { type EndOpenDependencies, endOpenIssuances } from './end-open-issuances.ts';
import { isRefusal, type OnboardingRefusal, refuse } from './onboarding-refusal.ts';
import { type StopFacts, stopReport } from './stop-report.ts';
import type { SuspendTenant } from './tenant-lifecycle.ts';

export type SuspendDependencies = EndOpenDependencies & {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'changeTenant'>;
  readonly suspensions: Suspensions;
  readonly catalogue: StopFacts['catalogue'];
};

/**
 * Suspends a tenant. The switch is set first: from then on no decision and no claim succeeds. Then the change is
 * recorded, and every issuance that no job has claimed is ended. For a tenant that is suspended already it does
 * whatever is left to do, and gives the time of the first suspension.
 *
 * @throws store.* when a step failed. The steps before it stand, and suspending again does the rest.
 */
export function makeSuspendTenant(dependencies: SuspendDependencies): SuspendTenant {
  const { registry, suspensions } = dependencies;
  return async ({ tenantId, by, reason }) => {
    const [found] = await Promise.allSettled([registry.readTenant(tenantId)]);
    const reading = found.status === 'fulfilled' ? found.value : undefined;
    // Must not depend on the registry: only a tenant that certainly does not exist is refused.
    if (found.status === 'fulfilled' && reading === undefined) return refuse('tenant.unknown', 'no tenant has this id');
    if (reading?.tenant.status === 'offboarded') return refuse('tenant.offboarded', 'the tenant has left');
    const suspension = await suspensions.suspend(tenantId, { by, reason });
    if (found.status === 'rejected') throw found.reason;
    const recorded = await recordSuspension({ tenantId, by, reason, suspension }, dependencies);
    if (isRefusal(recorded)) return recorded;
    return endAndReport(recorded, suspension, dependencies);
  };
}

/** Ends the open issuances of a suspended tenant, and reports which sessions remain. */
export async function endAndReport(reading: TenantReading, suspension: SwitchedOff, dependencies: SuspendDependencies) {
  const { tenantId } = reading.tenant;
  const explanation = `${suspension.switchId} is off since ${new Date(suspension.sinceMs).toISOString()}`;
  const examined = await endOpenIssuances(tenantId, { reason: 'tenant.suspended', explanation }, dependencies);
  const { catalogue, clock } = dependencies;
  return stopReport({ reading, suspension, examined, catalogue, nowMs: clock.nowMs() });
}

type Recording = {
  readonly tenantId: string;
  readonly by: string;
  readonly reason: string;
  readonly suspension: SwitchedOff;
};

/**
 * Records each suspension once. It is recorded again when another change follows it, because that change may have been
 * made before the suspension.
 */
function recordSuspension(
  { tenantId, by, reason, suspension }: Recording,
  { registry }: SuspendDependencies,
): Promise<TenantReading | OnboardingRefusal> {
  const note = { change: 'tenant.suspended', by, reason } as const;
  return changeWithRetry(
    tenantId,
    ({ tenant }) => (isRecorded(tenant, suspension) ? 'nothing' : { change: {}, note }),
    registry,
  );
}

function isRecorded({ lastChange }: Tenant, { sinceMs }: SwitchedOff): boolean {
  return lastChange?.change === 'tenant.suspended' && lastChange.atMs >= sinceMs;
}
