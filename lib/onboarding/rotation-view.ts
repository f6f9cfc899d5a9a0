import type { RotationView } from '../management/management-views.ts';
import { sha256Hex } from '../platform/ids.ts';
import type { Tenant, TenantReading, TenantRole } from '../tenants/tenant.ts';
import { trustFindings } from './trust/trust-finding.ts';

/** Which of the two external IDs of a rotation a role takes, as far as probes have shown it. */
export type Takes = RotationView['roles'][number]['takes'];

/** How far the rotation of a tenant has come, role by role. Holds no external ID. Pure. */
export function rotationView({ tenant, roles }: TenantReading): Omit<RotationView, 'onboarding'> {
  const { tenantId, rotation } = tenant;
  return {
    tenantId,
    ...(rotation === undefined ? {} : { rotation }),
    roles: roles.map((role) => ({
      accountId: role.accountId,
      roleName: role.roleArn.slice(role.roleArn.lastIndexOf('/') + 1),
      roleArn: role.roleArn,
      takes: takenBy(role, tenant),
    })),
  };
}

/**
 * Which external ID a role takes. Only a verification since the beginning of the rotation tells. A role whose trust is
 * unsafe takes every external ID, and so both. Without a rotation there is only the current one.
 */
export function takenBy(role: TenantRole, { externalIds, rotation }: Pick<Tenant, 'externalIds' | 'rotation'>): Takes {
  const { findings, status, verifiedAtMs } = role;
  const isSince = verifiedAtMs !== undefined && verifiedAtMs > (rotation?.startedAtMs ?? -1);
  if (!isSince || status === 'pending' || findings.includes('probe.inconclusive')) return 'unproven';
  if (findings.includes('trust.rightExternalIdRefused')) return 'neither';
  const next = externalIds?.next;
  if (next === undefined) return 'current';
  const isOpenToAny = findings.some((finding) => trustFindings[finding].severity === 'unsafe');
  if (isOpenToAny || findings.includes('trust.previousExternalIdAccepted')) return 'both';
  return role.externalIdSha256 === sha256Hex(next) ? 'next' : 'current';
}
