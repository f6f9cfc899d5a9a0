import type { Caller } from './caller.ts';
import type { PolicyPrincipal } from './policy-document.ts';
import { unsupportedPolicy } from './unsupported-policy.ts';

/** How a resource policy matches a caller: by name, or by letting the caller's account decide. */
export type PrincipalMatch = 'principal' | 'account';

const ACCOUNT_ID = /^\d{12}$/;
const ACCOUNT_ROOT = /^arn:(aws[a-z-]*):iam::(\d{12}):root$/;
const NAMED_PRINCIPAL = /^arn:aws[a-z-]*:(iam::\d{12}:(user|role)|sts::\d{12}:assumed-role)\/[^*?]+$/;
const SERVICE = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.(com|com\.cn|eu)$/;

/**
 * Whether a statement's principal includes the caller
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html). A session is named by
 * its own ARN or by its role's. `*` names everybody, AWS services included. `undefined`: the caller is not included.
 */
export function matchPrincipal(principal: PolicyPrincipal, caller: Caller): PrincipalMatch | undefined {
  if (principal === '*') return 'principal';
  const matches = Object.entries(principal).flatMap(([type, names]) =>
    (typeof names === 'string' ? [names] : names).map((name) => matchName(type, name, caller)),
  );
  return matches.includes('principal') ? 'principal' : matches.find((match) => match !== undefined);
}

/** Throws `UnsupportedPolicyElement` for a form of principal that AWS would refuse or that cannot be evaluated here. */
export function assertSupportedPrincipal(principal: PolicyPrincipal): void {
  if (principal === '*') return;
  for (const [type, names] of Object.entries(principal)) {
    for (const name of typeof names === 'string' ? [names] : names) {
      if (!isSupportedName(type, name)) throw unsupportedPolicy(`the principal ${type} ${name} is not understood`);
    }
  }
}

function matchName(type: string, name: string, caller: Caller): PrincipalMatch | undefined {
  if (type === 'AWS' && name === '*') return 'principal';
  if (caller.kind === 'service') return type === 'Service' && name === caller.arn ? 'principal' : undefined;
  if (type !== 'AWS') return undefined;
  if (name === caller.arn || name === caller.principalArn) return 'principal';
  return namesAccountOf(name, caller) ? 'account' : undefined;
}

function namesAccountOf(name: string, caller: Caller): boolean {
  if (name === caller.accountId) return true;
  const [, partition, accountId] = ACCOUNT_ROOT.exec(name) ?? [];
  return accountId === caller.accountId && partition === caller.arn.split(':')[1];
}

function isSupportedName(type: string, name: string): boolean {
  if (type === 'Service') return SERVICE.test(name);
  if (type === 'Federated') return name !== '';
  if (type !== 'AWS') return false;
  return name === '*' || ACCOUNT_ID.test(name) || ACCOUNT_ROOT.test(name) || NAMED_PRINCIPAL.test(name);
}
