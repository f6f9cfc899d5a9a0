import type { RoleView } from '../../lib/management/management-views.ts';
import type { DemoWorld } from './demo-world.ts';

export type NewCustomer = {
  readonly tenantId: string;
  readonly name: string;
  readonly accountIds: readonly string[];
  /** The example scan alone, where left out. */
  readonly enabledJobs?: readonly string[];
  /** Per job name. */
  readonly settings?: Readonly<Record<string, unknown>>;
};

/**
 * Onboards a customer as a sign-up page does, through the function URL of manage-tenants: the tenant gets its external
 * ID, the customer makes a role in each of its accounts from the JSON that it was given, and each role is probed before
 * it is trusted. Returns each role with the findings.
 */
export async function onboard(customer: NewCustomer, world: DemoWorld): Promise<readonly RoleView[]> {
  const { tenantId, name, enabledJobs = ['scan-account'], settings = {} } = customer;
  const { onboarding } = await world.management.call('POST /tenants', {
    body: { tenantId, name, jobs: enabledJobs, settings, format: 'json' },
  });
  for (const accountId of customer.accountIds) {
    const roleArn = await world.customer(accountId).createRole(onboarding.text);
    await world.management.call('POST /tenants/:tenantId/roles', { params: { tenantId }, body: { roleArn } });
  }
  const { roles } = await world.management.call('POST /tenants/:tenantId/verification', {
    params: { tenantId },
    body: {},
  });
  return roles;
}
