import type { Suspensions } from '../switches/suspensions.ts';
import type { SwitchedOff } from '../switches/switches.ts';
import type { Tenant, TenantReading } from '../tenants/tenant.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import { changeAsRead } from './change-as-read.ts';
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
 * Stops everything for a tenant. The switch comes first: from then on no decision and no claim succeeds. Then the change
 * is recorded, and what is not yet in a job's hands is ended. Asked for a tenant that is suspended already, it does
 * again whatever is left to do, and says since when.
 *
 * @throws store.* when something could not be done; what was done holds, and asking again does the rest.
 */
export function makeSuspendTenant(dependencies: SuspendDependencies): SuspendTenant {
  const { registry, suspensions } = dependencies;
  return async ({ tenantId, by, reason }) => {
    const [found] = await Promise.allSettled([registry.readTenant(tenantId)]);
    const reading = found.status === 'fulfilled' ? found.value : undefined;
    // A brake must not hang on the registry: only a tenant that surely is not there is refused.
    if (found.status === 'fulfilled' && reading === undefined) return refuse('tenant.unknown', 'no tenant has this id');
    if (reading?.tenant.status === 'offboarded') return refuse('tenant.offboarded', 'the tenant has left');
    const suspension = await suspensions.suspend(tenantId, { by, reason });
    if (found.status === 'rejected') throw found.reason;
    const recorded = await recordSuspension({ tenantId, by, reason, suspension }, dependencies);
    if (isRefusal(recorded)) return recorded;
    return endAndReport(recorded, suspension, dependencies);
  };
}

/** Ends what is open of a suspended tenant, and tells what is left. */
export async function endAndReport(reading: TenantReading, suspension: SwitchedOff, dependencies: SuspendDependencies) {
  const { tenantId } = reading.tenant;
  const explanation = `${suspension.switchId} is off since ${new Date(suspension.sinceMs).toISOString()}`;
  const looked = await endOpenIssuances(tenantId, { reason: 'tenant.suspended', explanation }, dependencies);
  const { catalogue, clock } = dependencies;
  return stopReport({ reading, suspension, looked, catalogue, nowMs: clock.nowMs() });
}

type Recording = {
  readonly tenantId: string;
  readonly by: string;
  readonly reason: string;
  readonly suspension: SwitchedOff;
};

/** Once for each suspension; again when another change came after it, because that one may have come before it too. */
function recordSuspension(
  { tenantId, by, reason, suspension }: Recording,
  { registry }: SuspendDependencies,
): Promise<TenantReading | OnboardingRefusal> {
  const note = { change: 'tenant.suspended', by, reason } as const;
  return changeAsRead(
    tenantId,
    ({ tenant }) => (isRecorded(tenant, suspension) ? 'nothing' : { change: {}, note }),
    registry,
  );
}

function isRecorded({ lastChange }: Tenant, { sinceMs }: SwitchedOff): boolean {
  return lastChange?.change === 'tenant.suspended' && lastChange.atMs >= sinceMs;
}
