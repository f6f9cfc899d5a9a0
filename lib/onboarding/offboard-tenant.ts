import type { StopReport } from '../management/management-views.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import type { Tenant, TenantRole } from '../tenants/tenant.ts';
import type { TenantRegistry } from '../tenants/tenant-registry.ts';
import { isRefusal, type OnboardingRefusal, refuse } from './onboarding-refusal.ts';
import { endAndReport, type SuspendDependencies } from './suspend-tenant.ts';
import type { OffboardTenant, SuspendTenant } from './tenant-lifecycle.ts';

export type OffboardDependencies = SuspendDependencies & {
  readonly registry: Pick<TenantRegistry, 'readTenant' | 'changeTenant' | 'disconnectRole'>;
  readonly suspend: SuspendTenant;
};

/** How many times to start again because somebody else changed the tenant, or connected or verified a role. */
const ROUNDS = 10;
const AT_ONCE = 8;

/**
 * Offboards a tenant: suspends it, releases the ARNs of its roles, and removes its external IDs. Its records stay, and
 * so does the suspension, so that no request that is still on its way succeeds. Offboarding again does what is left to
 * do.
 */
export function makeOffboardTenant(dependencies: OffboardDependencies): OffboardTenant {
  return async (asked) => {
    const report = await stop(asked, dependencies);
    if (isRefusal(report)) return report;
    const problem = await close(asked, dependencies);
    return problem ?? report;
  };
}

type Asked = Parameters<OffboardTenant>[0];

async function stop(asked: Asked, dependencies: OffboardDependencies): Promise<StopReport | OnboardingRefusal> {
  const reading = await dependencies.registry.readTenant(asked.tenantId);
  if (reading?.tenant.status !== 'offboarded') return dependencies.suspend(asked);
  const { by, reason } = asked;
  const suspension = await dependencies.suspensions.suspend(asked.tenantId, { by, reason });
  return endAndReport(reading, suspension, dependencies);
}

/** Repeats until no role is left and the tenant is offboarded: somebody may connect a role in between. */
async function close(asked: Asked, dependencies: OffboardDependencies): Promise<OnboardingRefusal | undefined> {
  const { registry } = dependencies;
  for (let round = 0; round < ROUNDS; round += 1) {
    const reading = await registry.readTenant(asked.tenantId);
    if (reading === undefined) return refuse('tenant.unknown', 'no tenant has this id');
    const { tenant, roles } = reading;
    if (roles.length > 0) await disconnectAll(roles, asked.by, dependencies);
    else if (tenant.status === 'offboarded') return undefined;
    else {
      const problem = await leave(tenant, asked, dependencies);
      if (problem !== undefined) return problem;
    }
  }
  return refuse('registry.stale', 'the tenant or its roles were changed again and again meanwhile; ask again');
}

async function leave(
  tenant: Tenant,
  { by, reason }: Asked,
  { registry }: OffboardDependencies,
): Promise<OnboardingRefusal | undefined> {
  const change = { status: 'offboarded', externalIds: null, rotation: null } as const;
  const left = await registry.changeTenant(tenant, change, { change: 'tenant.offboarded', by, reason });
  return isRefusal(left) && left.refused !== 'registry.stale' ? left : undefined;
}

/** What is refused here was changed or removed by somebody else, and is examined again. */
async function disconnectAll(roles: readonly TenantRole[], by: string, { registry }: OffboardDependencies) {
  const outcomes = await runConcurrently(roles, AT_ONCE, (role) => registry.disconnectRole(role, by));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
