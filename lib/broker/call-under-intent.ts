import type { Job } from '../jobs/job.ts';
import { type IssuanceIn, LIMITS } from '../ledger/issuance.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import { MINIMUM_REMAINING_MS } from './broker-dependencies.ts';
import { type CallDependencies, callSts, forgetDataKey, type StsAnswer } from './call-sts.ts';
import { announceFurtherCall, furtherCall, LONGEST_PAUSE_MS } from './further-call.ts';
import type { StsError } from './release-issuance.ts';

/** What the calls of one visit to an issuance go by. None of it is read again between them. */
export type CallVisit = {
  readonly job: Job;
  readonly account: AllowedAccount;
  readonly remainingMs: () => number;
};

/** How the calls of a visit ended, and the issuance as it then stands on record. */
export type CallsEnded =
  /** STS gave its final answer, to a call with this account's external ID. */
  | {
      readonly end: 'answered';
      readonly issuance: IssuanceIn<'intended'>;
      readonly account: AllowedAccount;
      readonly answer: StsAnswer;
    }
  /** STS made no session. A further call might succeed, but this visit makes no more of them. */
  | { readonly end: 'noMoreCalls'; readonly issuance: IssuanceIn<'intended'>; readonly stsError: StsError }
  /** Somebody else holds the issuance by now. */
  | { readonly end: 'fencedOut' };

/** Calls to STS within one visit. */
const CALLS_PER_VISIT = 2;

/**
 * Makes the calls to STS of one visit to an issuance. Each is announced on the issuance's record before it is made.
 * Used for jobs and for callers alike. The data key of the final answer is the caller's to forget.
 */
export async function callUnderIntent(
  intended: IssuanceIn<'intended'>,
  visit: CallVisit,
  dependencies: CallDependencies,
): Promise<CallsEnded> {
  let issuance = intended;
  let { account } = visit;
  for (let callsHere = 1; ; callsHere += 1) {
    const answer = await callSts(issuance, { ...visit, account }, dependencies);
    const further = furtherCall(answer.assumption, issuance, account);
    if (further === undefined) return { end: 'answered', issuance, account, answer };
    forgetDataKey(answer);
    // The other external ID has calls of its own: STS has not heard it before.
    if (further.account !== account) callsHere = 0;
    const mayCall = callsHere < CALLS_PER_VISIT && issuance.call < LIMITS.calls;
    if (!mayCall || visit.remainingMs() < MINIMUM_REMAINING_MS + LONGEST_PAUSE_MS) {
      return { end: 'noMoreCalls', issuance, stsError: further.stsError };
    }
    const again = await announceFurtherCall(issuance, further, dependencies.broker);
    if (again === undefined) return { end: 'fencedOut' };
    issuance = again;
    account = further.account;
  }
}
