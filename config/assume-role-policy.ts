import type { DeploymentConfig } from '../lib/platform/deployment-config.ts';
import { iamArn, ownAccount, type TemplateValue } from './template-value.ts';

type AssumptionConfig = Pick<DeploymentConfig, 'mode' | 'homeRegion' | 'tenantRoles' | 'forbiddenAccountIds'>;

/**
 * The statements with which a function may assume tenants' roles, and those that hold it there whatever another policy
 * may allow. Same for each function that assumes for jobs and people; no other may have them.
 */
export function assumeTenantRoleStatements(config: AssumptionConfig): readonly TemplateValue[] {
  const { path, namePattern } = config.tenantRoles;
  const tenantRoles = iamArn({ account: '*', resource: `role${path}${namePattern}` });
  const shared = config.mode === 'shared';
  return [
    {
      Sid: 'AssumeTenantRoles',
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: tenantRoles,
      ...(shared ? { Condition: { Null: { 'sts:ExternalId': 'false' } } } : {}),
    },
    {
      // A statement of its own: these actions have no sts:ExternalId, so a condition on it would never allow them.
      // Source: Service Authorization Reference, AWS STS.
      Sid: 'MarkTenantSessions',
      Effect: 'Allow',
      Action: ['sts:TagSession', 'sts:SetSourceIdentity'],
      Resource: tenantRoles,
    },
    ...(shared ? [denyAssuming('DenyWithoutExternalId', { Null: { 'sts:ExternalId': 'true' } })] : []),
    denyAssuming('DenyOutsideHomeRegion', { StringNotEquals: { 'aws:RequestedRegion': config.homeRegion } }),
    ...denyOwnAccounts(config.forbiddenAccountIds),
  ];
}

/** Twice, by what AWS says of the role and by its ARN, so that neither's absence opens anything. */
function denyOwnAccounts(forbiddenAccountIds: readonly string[]): readonly TemplateValue[] {
  const accounts = [ownAccount, ...forbiddenAccountIds];
  return [
    denyAssuming('DenyOwnAccounts', {
      StringEquals: { 'aws:ResourceAccount': accounts.map((account) => ({ 'Fn::Sub': account })) },
    }),
    {
      Sid: 'DenyOwnRoles',
      Effect: 'Deny',
      Action: 'sts:AssumeRole',
      Resource: accounts.map((account) => iamArn({ account, resource: 'role/*' })),
    },
  ];
}

function denyAssuming(sid: string, condition: TemplateValue): TemplateValue {
  return { Sid: sid, Effect: 'Deny', Action: 'sts:AssumeRole', Resource: '*', Condition: condition };
}
