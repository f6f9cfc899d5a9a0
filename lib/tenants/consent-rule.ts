import { isRoleOrUser, principalOf } from '../requests/principal-pattern.ts';
import { bothOf, type Jobs, sameJobs } from './account-claims.ts';
import type { Consent } from './consent.ts';

type Connected = { readonly jobs: Jobs; readonly consent?: Consent | undefined };
type Connecting = { readonly jobs: Jobs; readonly by: string };
type Rule = { readonly awaitsConsent: boolean; readonly nowMs: number };

/**
 * What a role's consent is once it is connected so. It ends where the role gets a job that it did not serve before: a
 * role that was consented to for little would else be used for more. What is awaited stays awaited, also where the rule
 * is gone, and nobody who had a part in it is left out.
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

/** Had whoever calls a part in the connection? All sessions of a role are one principal, whatever they are named. */
export function hasConnected(caller: string, { connectedBy }: Pick<Consent, 'connectedBy'>): boolean {
  return connectedBy.some((principal) => isSame(principal, principalOf(caller)));
}

/**
 * Can it be told from others? A federated user has any name that the IAM user behind it gave to it, and the account's root
 * is whoever administers it: either could be the one who consents.
 */
export function canBeToldApart(caller: string): boolean {
  return isRoleOrUser(principalOf(caller));
}

/** IAM has no two names that differ in their case alone; to take them for one is on the safe side. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
