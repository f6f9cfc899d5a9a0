import * as v from 'valibot';
import { trustFindingSchema } from '../onboarding/trust-finding.ts';

/** What a tenant and its roles are, and the shape in which the registry keeps them. */
export const TENANT_ID = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;
export const ACCOUNT_ID = /^\d{12}$/;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const tenantSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  record: v.literal('tenant'),
  name: v.string(),
  status: v.picklist(['active', 'migrating', 'offboarded']),
  /** `next` exists while the external ID is being rotated. */
  externalIds: v.strictObject({ current: v.string(), next: v.optional(v.string()) }),
  enabledJobs: v.array(v.string()),
  /** Per job name; each checked by the schema of its job when it is used. */
  settings: v.record(v.string(), v.unknown()),
  version: count,
  createdAtMs: count,
});
export type Tenant = v.InferOutput<typeof tenantSchema>;

export const tenantRoleSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  /** `role#<account id>#<role name>`. */
  record: v.pipe(v.string(), v.startsWith('role#')),
  accountId: v.pipe(v.string(), v.regex(ACCOUNT_ID)),
  roleArn: v.string(),
  /** The jobs that this role serves. */
  jobs: v.union([v.literal('all'), v.array(v.string())]),
  status: v.picklist(['pending', 'trusted', 'refused', 'quarantined']),
  /** Which of the tenant's external IDs this role's trust policy takes. */
  externalIdSlot: v.picklist(['current', 'next']),
  findings: v.array(trustFindingSchema),
  verifiedAtMs: v.optional(count),
  version: count,
});
export type TenantRole = v.InferOutput<typeof tenantRoleSchema>;

/** One consistent reading of a tenant: itself and its roles (those of the named accounts, when some were named). */
export type TenantReading = {
  readonly tenant: Tenant;
  readonly roles: readonly TenantRole[];
};

/** The external ID that this role's trust policy takes. Undefined when a rotation ended without moving the role. */
export function externalIdFor(tenant: Tenant, role: TenantRole): string | undefined {
  return tenant.externalIds[role.externalIdSlot];
}
