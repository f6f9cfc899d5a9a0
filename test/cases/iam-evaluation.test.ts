import { describe, expect, it } from 'vitest';
import { decideAccess } from '../../local/iam/authorize.ts';
import type { Caller } from '../../local/iam/caller.ts';
import { evaluateIdentityPolicies, type Verdict } from '../../local/iam/evaluate-policy.ts';
import type { PolicyStatement } from '../../local/iam/policy-document.ts';
import { type ContextEntries, requestContext } from '../../local/iam/request-context.ts';
import { ServiceError } from '../../local/service.ts';
import { type AccessCase, accessCases, conditionCases, statementCases } from './iam-evaluation.cases.ts';

const VERSION = '2012-10-17';
const STATEMENT_CONTEXT: ContextEntries = {
  'aws:PrincipalTag/year': '2026',
  'aws:PrincipalTag/star': '*',
  'aws:PrincipalAccount': '111122223333',
  'aws:SecureTransport': 'true',
};

describe('a condition, as AWS documents it:', () => {
  it.each(conditionCases)('$title', ({ condition, context, holds, version = VERSION }) => {
    const statement: PolicyStatement = { Effect: 'Allow', Action: '*', Resource: '*', Condition: condition };
    const request = { action: 's3:GetObject', resource: '*', context: requestContext(context) };
    const verdict = verdictOf(() => evaluateIdentityPolicies([{ Version: version, Statement: [statement] }], request));
    expect(verdict).toBe(expectedVerdict(holds));
  });
});

describe('a statement, as AWS documents it:', () => {
  it.each(statementCases)('$title', ({ statements, action, resource, verdict }) => {
    const request = { action, resource, context: requestContext(STATEMENT_CONTEXT) };
    expect(verdictOf(() => evaluateIdentityPolicies([{ Version: VERSION, Statement: statements }], request))).toBe(
      verdict,
    );
  });
});

describe('a decision over several policies, as AWS documents it:', () => {
  it.each(accessCases)('$title', (given) => {
    expect(verdictOf(() => (decide(given) ? 'allowed' : 'silent'))).toBe(expectedVerdict(given.allowed));
  });

  it('has at least 150 cases in all, each with the page and the section that give its answer', () => {
    const cases = [...conditionCases, ...statementCases, ...accessCases];
    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(new Set(cases.map(({ source: { page, section } }) => `${page} ${section}`)).size).toBeGreaterThan(30);
    expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  });
});

function expectedVerdict(expected: boolean | 'error'): Verdict | 'error' {
  if (expected === 'error') return expected;
  return expected ? 'allowed' : 'silent';
}

function decide(given: AccessCase): boolean {
  const decision = decideAccess(
    {
      caller: callerOf(given),
      action: 'kms:Decrypt',
      resource: 'arn:aws:kms:eu-west-1:111122223333:key/k',
      resourceAccountId: given.crossAccount === true ? '999988887777' : '111122223333',
      ...(given.resource !== undefined && { resourcePolicy: { Version: VERSION, Statement: given.resource } }),
      resourcePolicyDecides: given.resourcePolicyDecides ?? false,
      region: 'eu-west-1',
      sourceIp: '127.0.0.1',
    },
    Date.parse('2026-11-21T10:00:00Z'),
  );
  return decision.allowed;
}

function callerOf({ identity, session, service }: AccessCase): Caller {
  const base = { accountId: '111122223333', accessKeyId: 'session-key', userId: 'role-id:one' };
  const identityPolicies = () => [{ Version: VERSION, Statement: identity }];
  if (service !== undefined) {
    return { ...base, accountId: '', kind: 'service', arn: service, principalArn: service, identityPolicies };
  }
  return {
    ...base,
    kind: 'session',
    arn: 'arn:aws:sts::111122223333:assumed-role/worker/one',
    principalArn: 'arn:aws:iam::111122223333:role/app/worker',
    identityPolicies,
    ...(session !== undefined && { sessionPolicy: { Version: VERSION, Statement: session } }),
  };
}

function verdictOf(evaluate: () => Verdict): Verdict | 'error' {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'UnsupportedPolicyElement') return 'error';
    throw error;
  }
}
