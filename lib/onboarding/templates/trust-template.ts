import type { Job } from '../../jobs/job.ts';
import type { DeploymentConfig } from '../../platform/deployment-config/deployment-config.ts';
import { readRoleArn, roleArn } from '../../tenants/role-arn.ts';
import type { ExternalIds, Tenant } from '../../tenants/tenant.ts';
import type { Policy } from './policy-json.ts';
import { instantOf, revokeSessionsPolicy } from './revoke-sessions.ts';
import { type RolePermissions, rolePermissions } from './role-permissions.ts';
import { type TrustTerms, trustPolicy } from './trust-policy.ts';

export type TrustTemplateInput = {
  readonly deployment: Pick<DeploymentConfig, 'deploymentId' | 'mode' | 'partition' | 'tenantRoles'>;
  readonly brokerAccountId: string;
  readonly assumingRoleArns: readonly string[];
  /** The tenant's; there are none in a dedicated deployment. */
  readonly externalIds?: ExternalIds | undefined;
  /** Left out, it is `DEFAULT_ROLE_NAME`; given where a customer needs several roles, each for jobs of its own. */
  readonly roleName?: string;
  readonly jobNames: readonly string[];
  readonly catalogue: ReadonlyMap<string, Job>;
  readonly settings: Tenant['settings'];
  /** Epoch milliseconds: sessions that were issued earlier may do nothing any more. */
  readonly revokeBeforeMs?: number;
};

/** The role that a customer makes for us. Its JSON is one of the renderings, and the others are made from it. */
export type TrustTemplate = {
  readonly roleName: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly description: string;
  readonly maxSessionDurationSeconds: number;
  readonly trustPolicy: Policy;
  readonly permissionsPolicy: Policy;
  /** Both or neither. Where the customer gives the instant itself, as a parameter, this one is the default. */
  readonly revokeBefore?: string;
  readonly revocationPolicy?: Policy;
  /** What the trust policy was made of, for renderings that leave the external ID to a parameter. */
  readonly terms: TrustTerms;
};

export type TrustTemplateReading =
  | { readonly built: true; readonly template: TrustTemplate }
  | Extract<RolePermissions, { readonly built: false }>
  | { readonly built: false; readonly reason: 'account.roleArnInvalid'; readonly explanation: string };

export const DEFAULT_ROLE_NAME = 'credential-broker';
/** Names of the role's inline policies, the same in every rendering, so that one can take over from another. */
export const POLICY_NAMES = { permissions: 'credential-broker-jobs', revocation: 'revoke-older-sessions' } as const;
/** IAM's least. A session of ours is chained, so that STS gives it an hour at most anyway. */
const MAXIMUM_SESSION_SECONDS = 3_600;
/** Path and name are checked by the rules for ARNs; whose account it will be does not matter to them. */
const ANY_ACCOUNT_ID = '000000000000';

/**
 * Makes the one source of everything that a customer is given: whom to trust and what to allow. What the tenant chose
 * can be refused; what is ours and wrong throws, without a word about the external ID.
 */
export function trustTemplate(input: TrustTemplateInput): TrustTemplateReading {
  const { deployment, brokerAccountId, assumingRoleArns, externalIds, roleName = DEFAULT_ROLE_NAME } = input;
  const { deploymentId, mode, partition, tenantRoles } = deployment;
  const role = readRoleArn(roleArn({ partition, accountId: ANY_ACCOUNT_ID, path: tenantRoles.path, name: roleName }), {
    partition,
    ...tenantRoles,
    forbiddenAccountIds: [],
  });
  if (!role.valid) return { built: false, reason: 'account.roleArnInvalid', explanation: role.problem };
  // In one order, so that whoever names the same jobs has the same template, to the letter.
  const permissions = rolePermissions({ ...input, jobNames: [...input.jobNames].sort(), partition });
  if (!permissions.built) return permissions;

  const terms = { mode, partition, deploymentId, brokerAccountId, assumingRoleArns, externalIds };
  const template = {
    roleName: role.parts.name,
    path: role.parts.path,
    description: `Assumed by the credential broker of account ${brokerAccountId} for its jobs, in short sessions`,
    maxSessionDurationSeconds: MAXIMUM_SESSION_SECONDS,
    trustPolicy: trustPolicy(terms),
    permissionsPolicy: permissions.policy,
    terms,
  };
  if (input.revokeBeforeMs === undefined) return { built: true, template };
  const revokeBefore = instantOf(input.revokeBeforeMs);
  return { built: true, template: { ...template, revokeBefore, revocationPolicy: revokeSessionsPolicy(revokeBefore) } };
}
