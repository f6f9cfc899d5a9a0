import type { RefusalReason } from '../errors.ts';
import type { Job } from '../jobs/job.ts';
import { buildSessionPolicy } from '../jobs/session-policy.ts';
import { trustFindings } from '../onboarding/trust/trust-finding.ts';
import { type RoleArnRules, readRoleArn } from '../tenants/role-arn.ts';
import {
  externalIdFor,
  otherExternalIdFor,
  type Tenant,
  type TenantReading,
  type TenantRole,
} from '../tenants/tenant.ts';
import type { Refusal } from './request.ts';

/**
 * Everything that an AssumeRole needs, taken from one read of the tenant. It is not read again later: what was decided
 * is what is used.
 */
export type AllowedAccount = {
  readonly allowed: true;
  readonly accountId: string;
  readonly roleArn: string;
  /** What the role's trust policy takes. Undefined in a dedicated deployment, and only there. */
  readonly externalId: string | undefined;
  /** During a rotation, what a denial is answered with. */
  readonly otherExternalId?: string;
  /** Which of the tenant's external IDs `externalId` is; the other one is the other. */
  readonly externalIdSlot?: ExternalIdSlot;
  /** What the trust policy was proven to allow beside AssumeRole. */
  readonly capabilities: Capabilities;
  readonly settings: unknown;
  readonly tenantVersion: number;
  readonly roleVersion: number;
};

export type ExternalIdSlot = 'current' | 'next';
export type Capabilities = NonNullable<TenantRole['capabilities']>;

/** What accounts are decided by. `shared`: nothing is done without an external ID. `dedicated`: there are none. */
export type AccountRules = {
  readonly roleArnRules: RoleArnRules;
  readonly mode: 'shared' | 'dedicated';
};

export type AccountDecision =
  | AllowedAccount
  | { readonly allowed: false; readonly accountId: string; readonly refusal: Refusal };

type AccountFacts = { readonly accountId: string; readonly job: Job; readonly reading: TenantReading };

/** Any fence will do to find out whether the policy can be built, because all are equally long. */
const ANY_FENCE_MS = Date.UTC(2030, 0, 1);

/**
 * Decides one account of an allowed request: exactly one role answers for the job, it awaits no consent, its trust is
 * proven, its policy fits.
 */
export function decideAccount({ accountId, job, reading }: AccountFacts, rules: AccountRules): AccountDecision {
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

function decideRole({ accountId, job, tenant, role }: RoleFacts, rules: AccountRules): AccountDecision {
  const refusal = checkRole(role, accountId, rules.roleArnRules) ?? checkConsent(role) ?? checkTrust(role);
  if (refusal !== undefined) return { allowed: false, accountId, refusal };
  const externalIds = rules.mode === 'dedicated' ? NO_EXTERNAL_ID : externalIdsOf(tenant, role);
  if (externalIds === undefined) {
    return refuse(accountId, 'account.notVerified', 'the tenant has no external ID; a shared deployment needs one');
  }
  const settings = settingsFor(tenant, job);
  const { partition } = rules.roleArnRules;
  const policy = buildSessionPolicy({ job, settings, fenceMs: ANY_FENCE_MS, partition });
  if (!policy.built) return refuse(accountId, policy.reason, describe(policy.detail));
  return {
    allowed: true,
    accountId,
    roleArn: role.roleArn,
    ...externalIds,
    capabilities: role.capabilities ?? UNPROVEN,
    settings,
    tenantVersion: tenant.version,
    roleVersion: role.version,
  };
}

type ExternalIdsInUse = Pick<AllowedAccount, 'externalId' | 'otherExternalId' | 'externalIdSlot'>;

const NO_EXTERNAL_ID: ExternalIdsInUse = { externalId: undefined };
const UNPROVEN: Capabilities = { sessionTags: false, sourceIdentity: false };

function externalIdsOf(tenant: Tenant, role: TenantRole): ExternalIdsInUse | undefined {
  const externalId = externalIdFor(tenant, role);
  // An empty one would be as good as none.
  if (externalId === undefined || externalId === '') return undefined;
  const other = otherExternalIdFor(tenant, role);
  const externalIdSlot = externalId === tenant.externalIds?.next ? 'next' : 'current';
  return { externalId, externalIdSlot, ...(other === undefined ? {} : { otherExternalId: other }) };
}

function checkRole({ roleArn }: TenantRole, accountId: string, rules: RoleArnRules): Refusal | undefined {
  const arn = readRoleArn(roleArn, rules);
  if (!arn.valid) return { reason: 'account.roleArnInvalid', explanation: arn.problem };
  if (arn.parts.accountId === accountId) return undefined;
  return {
    reason: 'account.roleArnInvalid',
    explanation: 'the role is of another account than it is registered for',
  };
}

/** Decided by the role alone: it is refused even when the rule that required the consent is gone. */
function checkConsent({ consent }: TenantRole): Refusal | undefined {
  if (consent === undefined || consent.state === 'given') return undefined;
  const since = new Date(consent.sinceMs).toISOString();
  return { reason: 'account.awaitsConsent', explanation: `the role awaits a second person’s consent since ${since}` };
}

function checkTrust({ status, findings }: TenantRole): Refusal | undefined {
  switch (status) {
    case 'trusted':
      return undefined;
    case 'quarantined':
      return quarantineOf(findings);
    default:
      return { reason: 'account.notVerified', explanation: `the trust of the role is ${status}, not proven` };
  }
}

/** A role that lets others in is worse than one that denies us, so it is named first. */
function quarantineOf(findings: TenantRole['findings']): Refusal {
  const unsafe = findings.filter((finding) => trustFindings[finding].severity === 'unsafe');
  const named = (unsafe.length > 0 ? unsafe : findings).join(', ');
  return {
    reason: unsafe.length > 0 ? 'trust.unsafe' : 'trust.broken',
    explanation: `its last verification found ${named === '' ? 'nothing that can be named' : named}`,
  };
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
