import { isRefusal, type OnboardingRefusal, refuse } from '../onboarding/onboarding-refusal.ts';
import type { TenantReading } from '../tenants/tenant.ts';
import type { ManagementDependencies } from './management-dependencies.ts';
import type { Answered, RouteName } from './management-route.ts';
import type { TenantView } from './management-views.ts';
import { tenantView } from './tenant-view.ts';

/** Reads the tenant and its roles consistently, or refuses if there is no such tenant. */
export async function readReading(
  tenantId: string,
  { registry }: Pick<ManagementDependencies, 'registry'>,
): Promise<TenantReading | OnboardingRefusal> {
  const reading = await registry.readTenant(tenantId);
  return reading ?? refuse('tenant.unknown', 'no tenant has this id');
}

/** The current view of the tenant, including its suspension. */
export async function readTenantView(
  tenantId: string,
  dependencies: Pick<ManagementDependencies, 'registry' | 'readSuspensions'>,
): Promise<TenantView | OnboardingRefusal> {
  const [reading, suspensions] = await Promise.all([
    readReading(tenantId, dependencies),
    dependencies.readSuspensions([tenantId]),
  ]);
  return isRefusal(reading) ? reading : tenantView(reading, suspensions.get(tenantId));
}

/** Makes the answer of a route: the result, or the refusal. */
export function answered<Name extends RouteName>(
  answer: Answered<Name>['answer'] | OnboardingRefusal,
  status: 200 | 201 = 200,
): Answered<Name> | OnboardingRefusal {
  return isRefusal(answer) ? answer : { status, answer };
}
