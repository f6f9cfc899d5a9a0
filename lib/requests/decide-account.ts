import type { RefusalReason } from '../errors.ts';
import type { Job } from '../jobs/job.ts';
import { buildSessionPolicy } from '../jobs/session-policy.ts';
import { type RoleArnRules, readRoleArn } from '../tenants/role-arn.ts';
import { externalIdFor, type Tenant, type TenantReading, type TenantRole } from '../tenants/tenant.ts';
import type { Refusal } from './request.ts';

/**
 * Everything that an assumption needs, from one reading of the tenant. Nothing is read again later: what was decided
 * is what is used.
 */
export type AllowedAccount = {
  readonly allowed: true;
  readonly accountId: string;
  readonly roleArn: string;
  readonly externalId: string;
  readonly settings: unknown;
  readonly tenantVersion: number;
  readonly roleVersion: number;
};

export type AccountDecision =
  | AllowedAccount
  | { readonly allowed: false; readonly accountId: string; readonly refusal: Refusal };

type AccountFacts = { readonly accountId: string; readonly job: Job; readonly reading: TenantReading };

/** Any fence does for finding out whether the policy can be built: all are of one length. */
const ANY_FENCE_MS = Date.UTC(2030, 0, 1);

/** Decides one account of an allowed request: exactly one role answers for the job, its trust is proven, its policy fits. */
export function decideAccount({ accountId, job, reading }: AccountFacts, rules: RoleArnRules): AccountDecision {
  const { tenant, roles } = reading;
  const ofAccount = roles.filter((role) => role.accountId === accountId && role.tenantId === tenant.tenantId);
  const serving = ofAccount.filter((role) => role.jobs === 'all' || role.jobs.includes(job.name));
  const [role, another] = serving;
  if (ofAccount.length === 0) return refuse(accountId, 'account.unknown', 'the tenant has not connected this account');
  if (role === undefined) return refuse(accountId, 'account.roleMissing', `no role serves the job ${job.name}`);
  if (another !== undefined) {
    return refuse(accountId, 'account.roleAmbiguous', `${serving.length} roles serve the job ${job.name}`);
  }
  return decideRole({ accountId, job, tenant, role }, rules);
}

type RoleFacts = {
  readonly accountId: string;
  readonly job: Job;
  readonly tenant: Tenant;
  readonly role: TenantRole;
};

function decideRole({ accountId, job, tenant, role }: RoleFacts, rules: RoleArnRules): AccountDecision {
  const arn = readRoleArn(role.roleArn, rules);
  if (!arn.valid) return refuse(accountId, 'account.roleArnInvalid', arn.problem);
  if (arn.parts.accountId !== accountId) {
    return refuse(accountId, 'account.roleArnInvalid', 'the role is of another account than it is registered for');
  }
  const untrusted = checkTrust(role);
  if (untrusted !== undefined) return { allowed: false, accountId, refusal: untrusted };
  const externalId = externalIdFor(tenant, role);
  if (externalId === undefined) {
    return refuse(accountId, 'account.notVerified', 'the external ID that the role takes no longer exists');
  }
  const settings = settingsFor(tenant, job);
  const policy = buildSessionPolicy({ job, settings, fenceMs: ANY_FENCE_MS, partition: rules.partition });
  if (!policy.built) return refuse(accountId, policy.reason, describe(policy.detail));
  return {
    allowed: true,
    accountId,
    roleArn: role.roleArn,
    externalId,
    settings,
    tenantVersion: tenant.version,
    roleVersion: role.version,
  };
}

function checkTrust(role: TenantRole): Refusal | undefined {
  switch (role.status) {
    case 'trusted':
      return undefined;
    case 'quarantined':
      return { reason: 'trust.unsafe', explanation: 'the role could be assumed without the right external ID' };
    default:
      return { reason: 'account.notVerified', explanation: `the trust of the role is ${role.status}, not proven` };
  }
}

function settingsFor(tenant: Tenant, job: Job): unknown {
  return Object.hasOwn(tenant.settings, job.name) ? tenant.settings[job.name] : job.defaultSettings;
}

function describe(detail: Readonly<Record<string, string | number>>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function refuse(accountId: string, reason: RefusalReason, explanation: string): AccountDecision {
  return { allowed: false, accountId, refusal: { reason, explanation } };
}
