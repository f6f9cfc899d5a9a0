import type { AccessCheck, Authorize } from '../iam/authorize.ts';
import type { PolicyDocument } from '../iam/policy-document.ts';
import type { Role } from '../iam/role.ts';
import { type ServiceCall, ServiceError } from '../service.ts';
import type { AssumeRoleInput } from './assume-role-input.ts';
import type { SessionTags } from './session-tags.ts';

export type AssumeRoleAttempt = {
  readonly call: ServiceCall;
  readonly input: AssumeRoleInput;
  /** `undefined` when there is no such role. */
  readonly role: Role | undefined;
  readonly session: SessionTags & { readonly sourceIdentity: string | undefined };
};

type ConditionKeys = NonNullable<AccessCheck['context']>;

const TRUSTS_NOBODY: PolicyDocument = { Version: '2012-10-17', Statement: [] };

/**
 * Checks AssumeRole, and TagSession and SetSourceIdentity where they are requested or inherited, each against the
 * caller's policies and the role's trust. Each action carries only the condition keys that AWS documents for it
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_sts.html), so that a trust policy which
 * requires an external ID for TagSession fails here as it may fail on AWS. A role that does not exist trusts nobody:
 * the answer is the same as for an existing role, and does not say which policy was missing. Throws `AccessDenied`.
 */
export function authorizeAssumeRole(attempt: AssumeRoleAttempt, authorize: Authorize): void {
  const { call, input, session } = attempt;
  const tagKeys = requestTagKeys(input);
  const sourceIdentity: ConditionKeys =
    session.sourceIdentity === undefined ? {} : { 'sts:SourceIdentity': session.sourceIdentity };

  checkAction(attempt, authorize, {
    action: 'sts:AssumeRole',
    context: {
      'sts:RoleSessionName': input.sessionName,
      ...(input.externalId !== undefined && { 'sts:ExternalId': input.externalId }),
      ...sourceIdentity,
      ...tagKeys,
    },
  });
  if (session.tags.size > 0) checkAction(attempt, authorize, { action: 'sts:TagSession', context: tagKeys });
  if (session.sourceIdentity !== undefined) {
    checkAction(attempt, authorize, { action: 'sts:SetSourceIdentity', context: sourceIdentity });
  }
  const inherited = call.caller.sourceIdentity;
  if (inherited !== undefined && session.sourceIdentity !== inherited) {
    throw denied(attempt, 'sts:SetSourceIdentity');
  }
}

function checkAction(
  attempt: AssumeRoleAttempt,
  authorize: Authorize,
  { action, context }: { readonly action: string; readonly context: ConditionKeys },
): void {
  const { call, input, role } = attempt;
  try {
    authorize({
      caller: call.caller,
      action,
      resource: input.roleArn,
      resourceAccountId: input.roleAccountId,
      resourcePolicy: role?.trustPolicy ?? TRUSTS_NOBODY,
      resourcePolicyDecides: true,
      region: call.region,
      sourceIp: call.sourceIp,
      context,
    });
  } catch (error) {
    throw error instanceof ServiceError && error.code === 'AccessDenied' ? denied(attempt, action) : error;
  }
}

function requestTagKeys({ tags, transitiveTagKeys }: SessionTags): ConditionKeys {
  return {
    ...Object.fromEntries([...tags].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    ...(tags.size > 0 && { 'aws:TagKeys': [...tags.keys()] }),
    ...(transitiveTagKeys.length > 0 && { 'sts:TransitiveTagKeys': transitiveTagKeys }),
  };
}

function denied({ call, input }: AssumeRoleAttempt, action: string): ServiceError {
  const message = `User: ${call.caller.arn} is not authorized to perform: ${action} on resource: ${input.roleArn}`;
  return new ServiceError('AccessDenied', 403, message);
}
