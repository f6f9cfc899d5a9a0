import { pendingUntilMs } from '../onboarding/trust/assess-trust.ts';
import { trustFindings } from '../onboarding/trust/trust-finding.ts';
import type { TenantRole } from '../tenants/tenant.ts';
import type { FindingView, RoleView } from './management-views.ts';

/** A role as operators see it: what was found of it, in words, and no trace of its external ID. */
export function roleView(role: TenantRole): RoleView {
  const { tenantId, accountId, roleArn, jobs, status, verifiedAtMs, capabilities, consent } = role;
  const pendingUntil = pendingUntilMs(role);
  return {
    tenantId,
    accountId,
    roleArn,
    roleName: roleNameOf(role),
    jobs,
    status,
    findings: role.findings.map(findingView),
    capabilities: {
      sessionTags: capabilities?.sessionTags ?? false,
      sourceIdentity: capabilities?.sourceIdentity ?? false,
    },
    ...(verifiedAtMs === undefined ? {} : { verifiedAtMs }),
    ...(consent === undefined ? {} : { consent }),
    ...(pendingUntil === undefined ? {} : { pendingUntilMs: pendingUntil }),
  };
}

/** The name follows the account in the role's record; unlike a path, a name holds no slash. */
export function roleNameOf({ record }: Pick<TenantRole, 'record'>): string {
  return record.split('#').slice(2).join('#');
}

function findingView(code: TenantRole['findings'][number]): FindingView {
  const { severity, meaning, fix } = trustFindings[code];
  return { code, severity, detail: meaning, fix };
}
