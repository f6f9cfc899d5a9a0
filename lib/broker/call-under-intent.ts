import type { Job } from '../jobs/job.ts';
import { type IssuanceIn, LIMITS } from '../ledger/issuance.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import { type IssuingDependencies, MINIMUM_REMAINING_MS } from './broker-dependencies.ts';
import { type AskBeside, callSts, type StsAnswer } from './call-sts.ts';
import { announceFurtherCall, furtherCall, LONGEST_PAUSE_MS } from './further-call.ts';
import type { StsRefusal } from './release-issuance.ts';

/** What the calls of one visit go by: nothing of it is read again on the way. */
export type CallVisit = {
  readonly job: Job;
  readonly account: AllowedAccount;
  readonly remainingMs: () => number;
};

/** How the calls of a visit ended, and the issuance as it then stands on record. */
export type CallsEnded<Beside> =
  /** STS said what it has to say: made with this account's external ID. */
  | {
      readonly end: 'answered';
      readonly issuance: IssuanceIn<'intended'>;
      readonly account: AllowedAccount;
      readonly answer: StsAnswer<Beside>;
    }
  /** No session was made; another call could make one, and this visit makes no more. */
  | { readonly end: 'noMoreCalls'; readonly issuance: IssuanceIn<'intended'>; readonly told: StsRefusal }
  /** Somebody else holds the issuance by now. */
  | { readonly end: 'fencedOut' };

/** Calls to STS within one visit. */
const CALLS_PER_VISIT = 2;

type Means<Beside> = {
  readonly broker: IssuingDependencies;
  readonly askBeside: AskBeside<Beside>;
  /** Of an answer after which another call follows. */
  readonly forget: (answer: StsAnswer<Beside>) => void;
};

/**
 * The calls to STS of one visit to an issuance, each announced on its record before it is made. The same for whoever is
 * to get the session.
 */
export async function callUnderIntent<Beside>(
  intended: IssuanceIn<'intended'>,
  visit: CallVisit,
  means: Means<Beside>,
): Promise<CallsEnded<Beside>> {
  let issuance = intended;
  let { account } = visit;
  for (let callsHere = 1; ; callsHere += 1) {
    const answer = await callSts(issuance, { ...visit, account }, means);
    const further = furtherCall(answer.assumption, issuance, account);
    if (further === undefined) return { end: 'answered', issuance, account, answer };
    means.forget(answer);
    // Counted anew with another external ID: of that one STS hears for the first time.
    if (further.account !== account) callsHere = 0;
    const mayCall = callsHere < CALLS_PER_VISIT && issuance.call < LIMITS.calls;
    if (!mayCall || visit.remainingMs() < MINIMUM_REMAINING_MS + LONGEST_PAUSE_MS) {
      return { end: 'noMoreCalls', issuance, told: further.told };
    }
    const again = await announceFurtherCall(issuance, further, means.broker);
    if (again === undefined) return { end: 'fencedOut' };
    issuance = again;
    account = further.account;
  }
}
