import { isRoleOrUser, principalOf } from '../requests/principal-pattern.ts';
import { bothOf, type Jobs, sameJobs } from './account-claims.ts';
import type { Consent } from './consent.ts';

type Connected = { readonly jobs: Jobs; readonly consent?: Consent | undefined };
type Connecting = { readonly jobs: Jobs; readonly by: string };
type Rule = { readonly awaitsConsent: boolean; readonly nowMs: number };

/**
 * The consent of a role after it was connected. A consent ends when the role is given a job that it did not serve
 * before: it was given for fewer jobs. A consent that is awaited stays so, even when the rule is gone, and everybody
 * who took part in the connection stays recorded.
 */
export function consentOnceConnected(
  before: Connected | undefined,
  { jobs, by }: Connecting,
  { awaitsConsent, nowMs }: Rule,
): Consent | undefined {
  const servesMore = before === undefined || !sameJobs(bothOf(before.jobs, jobs), before.jobs);
  if (!servesMore) return before.consent;
  const connecting = principalOf(by);
  if (before?.consent?.state === 'awaited') {
    return { ...before.consent, connectedBy: [...new Set([...before.consent.connectedBy, connecting])] };
  }
  return awaitsConsent ? { state: 'awaited', connectedBy: [connecting], sinceMs: nowMs } : undefined;
}

/** Whether the caller took part in the connection. All sessions of a role are one principal, whatever their names. */
export function hasConnected(caller: string, { connectedBy }: Pick<Consent, 'connectedBy'>): boolean {
  return connectedBy.some((principal) => isSame(principal, principalOf(caller)));
}

/**
 * Whether the caller is a distinct principal. It is not when it is a federated user, whose name the IAM user behind it
 * chooses, or the account's root, which is whoever administers the account: either could be the person who connected
 * the role.
 */
export function canBeToldApart(caller: string): boolean {
  return isRoleOrUser(principalOf(caller));
}

/** IAM has no two names that differ only in case, so comparing without case errs on the safe side. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
