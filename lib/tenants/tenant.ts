import * as v from 'valibot';
import { trustFindingSchema } from '../onboarding/trust/trust-finding.ts';
import { sha256Hex } from '../platform/ids.ts';
import { changeSchema } from './change.ts';
import { consentSchema } from './consent.ts';

/** What a tenant and its roles are, and the shape in which the registry keeps them. */
export const TENANT_ID = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;
export const ACCOUNT_ID = /^\d{12}$/;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

export const TENANT_STATUSES = ['active', 'migrating', 'offboarded'] as const;
export const ROLE_STATUSES = ['pending', 'trusted', 'refused', 'quarantined'] as const;

/**
 * When a scheduled job runs for this tenant, per job name. A job without an entry runs whenever its schedule comes
 * round.
 */
export const tenantScheduleSchema = v.record(
  v.string(),
  v.strictObject({
    /** One run in every so many hours, counted from 1970 in UTC. */
    everyHours: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(8_760))),
    paused: v.exactOptional(v.boolean()),
  }),
);
export type TenantSchedule = v.InferOutput<typeof tenantScheduleSchema>;

export const tenantSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  record: v.literal('tenant'),
  name: v.string(),
  status: v.picklist(TENANT_STATUSES),
  /**
   * `next` exists while the external ID is being rotated. A dedicated deployment has no external IDs, nor has a tenant
   * with access keys before its migration begins.
   */
  externalIds: v.optional(v.strictObject({ current: v.string(), next: v.optional(v.string()) })),
  enabledJobs: v.array(v.string()),
  /** Per job name; each checked by the schema of its job when it is used. */
  settings: v.record(v.string(), v.unknown()),
  schedule: v.optional(tenantScheduleSchema),
  notes: v.optional(v.string()),
  /** The rotation of the external ID; present exactly while `externalIds.next` is. */
  rotation: v.optional(v.strictObject({ startedAtMs: count, deadlineMs: count, by: v.string() })),
  /** Ids of the access keys that the customer gave us before there was a role, and that it has not deleted yet. */
  legacyAccessKeyIds: v.optional(v.array(v.string())),
  /** The import that brought the tenant in. */
  importId: v.optional(v.string()),
  lastChange: v.optional(changeSchema),
  version: count,
  createdAtMs: count,
});
export type Tenant = v.InferOutput<typeof tenantSchema>;
export type ExternalIds = NonNullable<Tenant['externalIds']>;

export const tenantRoleSchema = v.strictObject({
  tenantId: v.pipe(v.string(), v.regex(TENANT_ID)),
  /** `role#<account id>#<role name>`. */
  record: v.pipe(v.string(), v.startsWith('role#')),
  accountId: v.pipe(v.string(), v.regex(ACCOUNT_ID)),
  roleArn: v.string(),
  /** The jobs that this role serves. */
  jobs: v.union([v.literal('all'), v.array(v.string())]),
  status: v.picklist(ROLE_STATUSES),
  /**
   * The SHA-256 of the external ID that this role's trust policy takes, which means the same before, during and after a
   * rotation. Absent: the current one.
   */
  externalIdSha256: v.optional(sha256),
  /** Codes of what the last verification found. */
  findings: v.array(trustFindingSchema),
  /** What the trust policy was proven to allow besides AssumeRole. Only what is proven is used. */
  capabilities: v.optional(v.strictObject({ sessionTags: v.boolean(), sourceIdentity: v.boolean() })),
  /** When the right external ID was first denied since it last worked. */
  firstRefusedAtMs: v.optional(count),
  verifiedAtMs: v.optional(count),
  /** When an operator last put it in use again after its customer had ended our sessions. */
  pauseLiftedAtMs: v.optional(count),
  /** While it is awaited, nothing is issued. Absent: the role was connected without the rule that requires it. */
  consent: v.optional(consentSchema),
  /** The part of the day in which the role is verified again: `slot-000` to `slot-287`, five minutes each. */
  verifySlot: v.optional(v.pipe(v.string(), v.regex(/^slot-\d{3}$/))),
  lastChange: v.optional(changeSchema),
  version: count,
});
export type TenantRole = v.InferOutput<typeof tenantRoleSchema>;
export type TenantStatus = Tenant['status'];
export type RoleStatus = TenantRole['status'];

/** One consistent read of a tenant and its roles, or only its roles in the named accounts. */
export type TenantReading = {
  readonly tenant: Tenant;
  readonly roles: readonly TenantRole[];
};

/** The external ID that this role's trust policy takes. Undefined where the tenant has none. */
export function externalIdFor(tenant: Pick<Tenant, 'externalIds'>, role: Pick<TenantRole, 'externalIdSha256'>) {
  const { current, next } = tenant.externalIds ?? {};
  return next !== undefined && sha256Hex(next) === role.externalIdSha256 ? next : current;
}

/** During a rotation, the external ID to try after a denial. */
export function otherExternalIdFor(tenant: Pick<Tenant, 'externalIds'>, role: Pick<TenantRole, 'externalIdSha256'>) {
  const { current, next } = tenant.externalIds ?? {};
  if (next === undefined) return undefined;
  return externalIdFor(tenant, role) === next ? current : next;
}
