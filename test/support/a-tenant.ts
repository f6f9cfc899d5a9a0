import { sha256Hex } from '../../lib/platform/ids.ts';
import type { RoleArnRules } from '../../lib/tenants/role-arn.ts';
import type { Tenant, TenantReading, TenantRole } from '../../lib/tenants/tenant.ts';

export const BROKER_ACCOUNT = '111111111111';

export const roleArnRules: RoleArnRules = {
  partition: 'aws',
  forbiddenAccountIds: [BROKER_ACCOUNT, '999999999999'],
  path: '/credential-broker/',
  namePattern: '*',
};

/** A tenant that may run scan-account, with one trusted role in the account. */
export function aTenant({
  tenantId = 'acme',
  accountId = '222222222222',
  tenant = {},
  roles = [aRole({ tenantId, accountId })],
}: {
  readonly tenantId?: string;
  readonly accountId?: string;
  readonly tenant?: Partial<Tenant>;
  readonly roles?: readonly TenantRole[];
} = {}): TenantReading {
  return {
    tenant: {
      tenantId,
      record: 'tenant',
      name: tenantId,
      status: 'active',
      externalIds: { current: externalIdOf(tenantId) },
      enabledJobs: ['scan-account'],
      settings: {},
      version: 3,
      createdAtMs: 1,
      ...tenant,
    },
    roles,
  };
}

export function aRole(change: Partial<TenantRole> = {}): TenantRole {
  const { tenantId = 'acme', accountId = '222222222222' } = change;
  return {
    tenantId,
    record: `role#${accountId}#scanner`,
    accountId,
    roleArn: `arn:aws:iam::${accountId}:role/credential-broker/scanner`,
    jobs: 'all',
    status: 'trusted',
    findings: [],
    verifiedAtMs: 1,
    version: 2,
    ...change,
  };
}

/** The external ID of a tenant of the tests: of our form, and another one for every tenant. */
export function externalIdOf(tenantId: string): string {
  return `cb-test1-5ec2e700-0000-4000-8000-${sha256Hex(tenantId).slice(0, 12)}`;
}
