import { channel } from 'node:diagnostics_channel';
import type { StackClock } from '../clock.ts';
import { ServiceError } from '../service.ts';
import type { Caller } from './caller.ts';
import {
  evaluateIdentityPolicies,
  evaluateResourcePolicy,
  type ResourceVerdict,
  type Verdict,
} from './evaluate-policy.ts';
import { globalContext } from './global-context.ts';
import type { PolicyDocument } from './policy-document.ts';
import { requestContext } from './request-context.ts';

export type AccessCheck = {
  readonly caller: Caller;
  /** `service:Action`. */
  readonly action: string;
  readonly resource: string;
  /** The account that owns the resource; if it is not the caller's, the request is cross-account. */
  readonly resourceAccountId: string;
  readonly resourcePolicy?: PolicyDocument;
  /** For KMS keys and role trust: no identity policy is enough unless the resource policy lets the account decide. */
  readonly resourcePolicyDecides?: boolean;
  readonly region: string;
  readonly sourceIp: string;
  /** Service-specific condition keys. They never replace a key that identifies the caller. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
};

/** Throws `ServiceError` `AccessDenied` (403); `UnsupportedPolicyElement` (400) for a policy it cannot evaluate. */
export type Authorize = (check: AccessCheck) => void;

export type AccessDecision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

/** Publishes the `AccessCheck` of every request that was allowed; a listener learns which permissions are needed. */
export const allowedRequests = channel('local.iam.allowed');

type Verdicts = { readonly identity: Verdict; readonly session: Verdict; readonly resource: ResourceVerdict };

export function createAuthorize(deps: { readonly clock: Pick<StackClock, 'nowMs'> }): Authorize {
  return (check) => {
    const decision = decideAccess(check, deps.clock.nowMs());
    if (decision.allowed) return allowedRequests.publish(check);
    const { caller, action, resource } = check;
    throw new ServiceError(
      'AccessDenied',
      403,
      `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${decision.reason}`,
    );
  };
}

/**
 * Decides one request by the rules of
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html. The reason names the kind
 * of policy in AWS's words and never a condition's key or value.
 */
export function decideAccess(check: AccessCheck, nowMs: number): AccessDecision {
  const verdicts = verdictsOf(check, nowMs);
  const denying = denyingPolicy(verdicts);
  if (denying !== undefined) return { allowed: false, reason: `with an explicit deny in ${denying}` };
  const missing = missingAllow(check, verdicts);
  if (missing === undefined) return { allowed: true };
  return { allowed: false, reason: `because no ${missing} policy allows the ${check.action} action` };
}

function verdictsOf(check: AccessCheck, nowMs: number): Verdicts {
  const { caller, resourcePolicy } = check;
  const context = requestContext(
    { 'aws:ViaAWSService': 'false' },
    check.context ?? {},
    globalContext({ ...check, nowMs }),
  );
  const request = { action: check.action, resource: check.resource, context };
  return {
    identity: evaluateIdentityPolicies(caller.identityPolicies(), request),
    session: caller.sessionPolicy === undefined ? 'allowed' : evaluateIdentityPolicies([caller.sessionPolicy], request),
    resource: resourcePolicy === undefined ? 'silent' : evaluateResourcePolicy(resourcePolicy, request, caller),
  };
}

function denyingPolicy({ identity, session, resource }: Verdicts): string | undefined {
  if (identity === 'denied') return 'an identity-based policy';
  if (session === 'denied') return 'a session policy';
  return resource === 'denied' ? 'a resource-based policy' : undefined;
}

/** The kind of policy whose Allow is missing. */
function missingAllow(check: AccessCheck, { identity, session, resource }: Verdicts): string | undefined {
  const resourceAllows = resource !== 'silent';
  if (check.caller.kind === 'service') return resourceAllows ? undefined : 'resource-based';
  // AWS lets a resource policy that names the session's own ARN bypass the session policy; here it does not, which is
  // the safe side.
  if (session !== 'allowed') return 'session';
  const isSameAccount = check.caller.accountId === check.resourceAccountId;
  if (!resourceAllows && (!isSameAccount || check.resourcePolicyDecides === true)) return 'resource-based';
  if (isSameAccount && resource === 'allowed for the principal') return undefined;
  return identity === 'allowed' ? undefined : 'identity-based';
}
