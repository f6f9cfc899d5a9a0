import type { SwitchedOff } from '../switches/switches.ts';
import { ROLE_STATUSES, type RoleStatus, type TenantReading } from '../tenants/tenant.ts';
import type { SuspensionView, TenantRow, TenantView } from './management-views.ts';
import { roleView } from './role-view.ts';

/** A tenant as operators see it, copied member by member, so that a new member is not shown by accident. */
export function tenantView({ tenant, roles }: TenantReading, suspension?: SwitchedOff): TenantView {
  const { tenantId, name, status, settings, schedule, notes, rotation, version, createdAtMs } = tenant;
  const { legacyAccessKeyIds } = tenant;
  return {
    tenantId,
    name,
    status,
    jobs: tenant.enabledJobs,
    settings,
    ...(schedule === undefined ? {} : { schedule }),
    ...(notes === undefined ? {} : { notes }),
    ...(rotation === undefined ? {} : { rotation }),
    ...(legacyAccessKeyIds === undefined ? {} : { legacyAccessKeyIds }),
    ...(suspension === undefined ? {} : { suspension: suspensionView(suspension) }),
    version,
    createdAtMs,
    roles: roles.map(roleView),
  };
}

/** A row of the list: the roles are counted by status, and each finding of any role is listed once. */
export function tenantRow({ tenant, roles }: TenantReading, suspension?: SwitchedOff): TenantRow {
  const { tenantId, name, status, rotation } = tenant;
  const awaitConsent = roles.filter(({ consent }) => consent?.state === 'awaited').length;
  return {
    tenantId,
    name,
    status,
    ...(rotation === undefined ? {} : { rotation }),
    suspended: suspension !== undefined,
    roles: countByStatus(roles.map((role) => role.status)),
    ...(awaitConsent === 0 ? {} : { awaitConsent }),
    findings: [...new Set(roles.flatMap(({ findings }) => findings))].sort(),
  };
}

function suspensionView({ sinceMs, by, reason }: SwitchedOff): SuspensionView {
  return { sinceMs, by, reason };
}

function countByStatus(statuses: readonly RoleStatus[]): Record<RoleStatus, number> {
  const counts: Record<RoleStatus, number> = { pending: 0, trusted: 0, refused: 0, quarantined: 0 };
  for (const status of ROLE_STATUSES) counts[status] = statuses.filter((candidate) => candidate === status).length;
  return counts;
}
