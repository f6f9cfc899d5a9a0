import * as v from 'valibot';
import { type Tenant, type TenantRole, tenantRoleSchema, tenantSchema } from '../../../lib/tenants/tenant.ts';
import type { Item } from './expressions.ts';

/** Every version that a tenant and its roles ever had: what an intent says it was decided by can be looked up. */
export type RegistryHistory = {
  keep(item: Item): void;
  tenantAt(tenantId: string, version: number | undefined): Tenant | undefined;
  roleAt(roleArn: string | undefined, version: number | undefined): TenantRole | undefined;
};

export function registryHistory(): RegistryHistory {
  const tenants: Tenant[] = [];
  const roles: TenantRole[] = [];
  return {
    keep(item) {
      if (v.is(tenantSchema, item)) tenants.push(structuredClone(item));
      if (v.is(tenantRoleSchema, item)) roles.push(structuredClone(item));
    },
    tenantAt: (tenantId, version) =>
      tenants.findLast((tenant) => tenant.tenantId === tenantId && tenant.version === version),
    roleAt: (roleArn, version) => roles.findLast((role) => role.roleArn === roleArn && role.version === version),
  };
}
