import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import { iamArn, ownAccount, type TemplateValue } from './template-value.ts';

type AssumptionConfig = Pick<DeploymentConfig, 'mode' | 'homeRegion' | 'tenantRoles' | 'forbiddenAccountIds'>;

/**
 * The statements with which a function may assume tenants' roles, and those that confine it to them whatever another
 * policy may allow. They are the same for each function that assumes for jobs and people; no other may have them.
 */
export function assumeTenantRoleStatements(config: AssumptionConfig): readonly TemplateValue[] {
  return [...assumeWithExternalId(config), markTenantSessions(config), ...holdThere(config)];
}

/** The decoy's statements: it only ever sends the right external ID, and it marks no session. */
export function assumeAsDecoyStatements(config: AssumptionConfig): readonly TemplateValue[] {
  return [...assumeWithExternalId(config), ...holdThere(config)];
}

/**
 * The statements of the function that proves what trust policies let in: it must be able to call without an external
 * ID, or its own policy would deny the call before the customer's trust policy could. Of our own roles it may assume
 * the decoy alone.
 */
export function probeTenantRoleStatements(
  config: AssumptionConfig,
  { decoyRoleName }: { readonly decoyRoleName: string },
): readonly TemplateValue[] {
  const decoy = iamArn({ account: ownAccount, resource: `role/${decoyRoleName}` });
  return [
    { Sid: 'ProbeTenantRoles', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: tenantRolesArn('*', config) },
    { Sid: 'AssumeDecoy', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: decoy },
    markTenantSessions(config),
    denyOutsideHomeRegion(config),
    ...denyOwnAccountsBut(decoy, config),
    ...denyOwnRolesBut(decoy, decoyRoleName, config),
  ];
}

/** The roles that may be assumed at all, of one account or of all (`*`). */
export function tenantRolesArn(
  account: string,
  { tenantRoles: { path, namePattern } }: Pick<AssumptionConfig, 'tenantRoles'>,
): TemplateValue {
  return iamArn({ account, resource: `role${path}${namePattern}` });
}

function assumeWithExternalId(config: AssumptionConfig): readonly TemplateValue[] {
  const shared = config.mode === 'shared';
  return [
    {
      Sid: 'AssumeTenantRoles',
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: tenantRolesArn('*', config),
      ...(shared ? { Condition: { Null: { 'sts:ExternalId': 'false' } } } : {}),
    },
    ...(shared ? [denyAssuming('DenyWithoutExternalId', { Null: { 'sts:ExternalId': 'true' } })] : []),
  ];
}

/**
 * These actions need a statement of their own: they have no sts:ExternalId, so a condition on it would never allow
 * them. Source: Service Authorization Reference, AWS STS.
 */
function markTenantSessions(config: AssumptionConfig): TemplateValue {
  return {
    Sid: 'MarkTenantSessions',
    Effect: 'Allow',
    Action: ['sts:TagSession', 'sts:SetSourceIdentity'],
    Resource: tenantRolesArn('*', config),
  };
}

/**
 * Only in the home region, and never in our own accounts: two statements, so that neither a missing key nor a missing
 * account opens them.
 */
function holdThere(config: AssumptionConfig): readonly TemplateValue[] {
  return [
    denyOutsideHomeRegion(config),
    denyAssuming('DenyOwnAccounts', ownAccountsCondition(config)),
    {
      Sid: 'DenyOwnRoles',
      Effect: 'Deny',
      Action: 'sts:AssumeRole',
      Resource: ownAccounts(config).map((account) => iamArn({ account, resource: 'role/*' })),
    },
  ];
}

function denyOutsideHomeRegion({ homeRegion }: AssumptionConfig): TemplateValue {
  return denyAssuming('DenyOutsideHomeRegion', { StringNotEquals: { 'aws:RequestedRegion': homeRegion } });
}

function denyOwnAccountsBut(decoy: TemplateValue, config: AssumptionConfig): readonly TemplateValue[] {
  return [
    {
      Sid: 'DenyOwnAccountsButDecoy',
      Effect: 'Deny',
      Action: 'sts:AssumeRole',
      NotResource: decoy,
      Condition: ownAccountsCondition(config),
    },
  ];
}

/**
 * Denies by ARN, too. IAM cannot say "all of these but one", so it takes two statements: nothing but tenants' roles and
 * the decoy, and no tenants' roles in our own accounts. Where the pattern of tenants' roles includes the decoy, the
 * second statement would deny the decoy as well, so then the statements on the account alone deny.
 */
function denyOwnRolesBut(
  decoy: TemplateValue,
  decoyRoleName: string,
  config: AssumptionConfig,
): readonly TemplateValue[] {
  const denyOtherRoles = {
    Sid: 'DenyOtherRoles',
    Effect: 'Deny',
    Action: 'sts:AssumeRole',
    NotResource: [tenantRolesArn('*', config), decoy],
  };
  const denyOwnTenantRoles = {
    Sid: 'DenyOwnTenantRoles',
    Effect: 'Deny',
    Action: 'sts:AssumeRole',
    Resource: ownAccounts(config).map((account) => tenantRolesArn(account, config)),
  };
  return isTenantRole(`/${decoyRoleName}`, config) ? [denyOtherRoles] : [denyOtherRoles, denyOwnTenantRoles];
}

/** Whether the pattern includes this path and name. A `*` of IAM, only at the end here, also matches slashes. */
function isTenantRole(pathAndName: string, { tenantRoles: { path, namePattern } }: AssumptionConfig): boolean {
  const pattern = `${path}${namePattern}`;
  return pattern.endsWith('*') ? pathAndName.startsWith(pattern.slice(0, -1)) : pathAndName === pattern;
}

function ownAccounts({ forbiddenAccountIds }: AssumptionConfig): readonly string[] {
  return [ownAccount, ...forbiddenAccountIds];
}

function ownAccountsCondition(config: AssumptionConfig): TemplateValue {
  return {
    StringEquals: {
      'aws:ResourceAccount': ownAccounts(config).map((account) =>
        account === ownAccount ? { 'Fn::Sub': account } : account,
      ),
    },
  };
}

function denyAssuming(sid: string, condition: TemplateValue): TemplateValue {
  return { Sid: sid, Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*', Condition: condition };
}
