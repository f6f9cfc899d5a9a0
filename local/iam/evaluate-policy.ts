import type { Caller } from './caller.ts';
import { assertSupportedCondition, conditionsHold } from './conditions.ts';
import type { PolicyDocument, PolicyStatement } from './policy-document.ts';
import { expandPattern, hasVariable, type VariableScope } from './policy-variables.ts';
import { assertSupportedPrincipal, matchPrincipal, type PrincipalMatch } from './principal.ts';
import type { RequestContext } from './request-context.ts';
import { unsupportedPolicy } from './unsupported-policy.ts';
import { matchesPattern, matchesWildcard } from './wildcard.ts';

export type PolicyRequest = { readonly action: string; readonly resource: string; readonly context: RequestContext };

/** The joint verdict of policies of one kind: a Deny in any of them wins over every Allow. */
export type Verdict = 'denied' | 'allowed' | 'silent';
export type ResourceVerdict = 'denied' | 'allowed for the principal' | 'allowed for the account' | 'silent';

/** Evaluates identity policies, or session policies, as one. Throws `UnsupportedPolicyElement`. */
export function evaluateIdentityPolicies(policies: readonly PolicyDocument[], request: PolicyRequest): Verdict {
  const matching = policies.flatMap((policy) => matchingStatements(policy, request, assertIdentityStatement));
  if (matching.some((statement) => statement.Effect === 'Deny')) return 'denied';
  return matching.length > 0 ? 'allowed' : 'silent';
}

/**
 * Evaluates the policy of a resource (a queue, a key, a role's trust) for one caller. It matters whether the policy
 * names the caller or only its account, because the latter leaves the decision to the caller's identity policies.
 */
export function evaluateResourcePolicy(
  policy: PolicyDocument,
  request: PolicyRequest,
  caller: Caller,
): ResourceVerdict {
  const reached = matchingStatements(policy, request, assertResourceStatement).flatMap((statement) => {
    const match = statement.Principal === undefined ? undefined : matchPrincipal(statement.Principal, caller);
    return match === undefined ? [] : [{ effect: statement.Effect, match }];
  });
  if (reached.some(({ effect }) => effect === 'Deny')) return 'denied';
  const allows = (wanted: PrincipalMatch) => reached.some(({ match }) => match === wanted);
  if (allows('principal')) return 'allowed for the principal';
  return allows('account') ? 'allowed for the account' : 'silent';
}

function matchingStatements(
  policy: PolicyDocument,
  request: PolicyRequest,
  assertStatement: (statement: PolicyStatement) => void,
): readonly PolicyStatement[] {
  const scope = { version: policy.Version, context: request.context };
  // Every statement is checked first, so that an element that cannot be evaluated is an error whatever the others say.
  for (const statement of policy.Statement) {
    assertStatement(statement);
    if (statement.Condition !== undefined) assertSupportedCondition(statement.Condition);
  }
  return policy.Statement.filter(
    (statement) =>
      actionMatches(statement, request.action) &&
      resourceMatches(statement, request.resource, scope) &&
      conditionsHold(statement.Condition, scope),
  );
}

function actionMatches(statement: PolicyStatement, action: string): boolean {
  const covers = (patterns: string | readonly string[]) =>
    listOf(patterns).some((pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase()));
  if (statement.NotAction !== undefined) return !covers(statement.NotAction);
  return statement.Action !== undefined && covers(statement.Action);
}

/** A statement without `Resource`, which only a resource's own policy may leave out, is about that resource. */
function resourceMatches(statement: PolicyStatement, resource: string, scope: VariableScope): boolean {
  if (statement.NotResource !== undefined) return !coversResource(statement.NotResource, resource, scope);
  return statement.Resource === undefined || coversResource(statement.Resource, resource, scope);
}

function coversResource(patterns: string | readonly string[], resource: string, scope: VariableScope): boolean {
  return listOf(patterns).some((pattern) => {
    // AWS replaces variables only after an ARN's fifth colon; anywhere else the statement would mean something else on
    // AWS.
    if (hasVariable(pattern.split(':', 5).join(':'))) {
      throw unsupportedPolicy(`a policy variable stands before the fifth colon of ${pattern}`);
    }
    const tokens = expandPattern(pattern, scope);
    return tokens !== undefined && matchesPattern(tokens, resource);
  });
}

function assertIdentityStatement(statement: PolicyStatement): void {
  assertElements(statement);
  if (statement.Principal !== undefined) throw unsupportedPolicy('an identity policy has no Principal');
  if (statement.Resource === undefined && statement.NotResource === undefined) {
    throw unsupportedPolicy('a statement of an identity policy needs a Resource');
  }
}

function assertResourceStatement(statement: PolicyStatement): void {
  assertElements(statement);
  if ('NotPrincipal' in statement) throw unsupportedPolicy('NotPrincipal is not evaluated here');
  if (statement.Principal === undefined) throw unsupportedPolicy('a resource policy needs a Principal');
  assertSupportedPrincipal(statement.Principal);
}

function assertElements(statement: PolicyStatement): void {
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw unsupportedPolicy('unknown Effect');
  if ((statement.Action === undefined) === (statement.NotAction === undefined)) {
    throw unsupportedPolicy('a statement needs either Action or NotAction');
  }
  if (statement.Resource !== undefined && statement.NotResource !== undefined) {
    throw unsupportedPolicy('a statement has both Resource and NotResource');
  }
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
