import { BrokerError } from '../errors.ts';
import type { Job } from '../jobs/job.ts';
import { type IssuanceIn, issuanceIdOf } from '../ledger/issuance.ts';
import { type IssuanceIdentity, openIntended, openRefused } from '../ledger/issuance-intents.ts';
import type { RequestRecord } from '../ledger/request-record.ts';
import type { AccountDecision, AllowedAccount } from '../requests/decide-account.ts';
import type { Refusal } from '../requests/request.ts';
import { type IssuingDependencies, MINIMUM_REMAINING_MS } from './broker-dependencies.ts';
import { callTermsOf } from './call-terms.ts';

export type Opened =
  | {
      readonly opened: 'intended';
      readonly issuance: IssuanceIn<'intended'>;
      readonly job: Job;
      readonly account: AllowedAccount;
    }
  | { readonly opened: 'refused'; readonly refusal: Refusal }
  /** It exists already, and is left to the invocation that opened it. */
  | { readonly opened: 'before' }
  /** The invocation might end before the answer of STS could be recorded: nothing was written. */
  | { readonly opened: 'tooLate' };

/** Records the decision on one account of a request: its refusal, or the intent, without which STS is never called. */
export async function openIssuance(
  request: RequestRecord,
  decision: AccountDecision,
  { remainingMs, broker }: { readonly remainingMs: () => number; readonly broker: IssuingDependencies },
): Promise<Opened> {
  const identity = identityOf(request, decision.accountId);
  if (!decision.allowed) {
    await broker.ledger.open(openRefused(identity, decision.refusal, broker.clock.nowMs()));
    return { opened: 'refused', refusal: decision.refusal };
  }
  const job = broker.config.jobs.get(identity.job);
  if (job === undefined) throw new BrokerError('internal', 'an account was allowed for a job that does not exist');
  if (remainingMs() < MINIMUM_REMAINING_MS) return { opened: 'tooLate' };
  const { roleArn, tenantVersion, roleVersion } = decision;
  const grounds = {
    owner: broker.ids.uuid(),
    roleArn,
    tenantVersion,
    roleVersion,
    ...callTermsOf(decision),
    ...(request.inputSha256 === undefined ? {} : { inputSha256: request.inputSha256 }),
  };
  const issuance = openIntended(identity, grounds, broker.clock.nowMs());
  if (!(await broker.ledger.open(issuance))) return { opened: 'before' };
  return { opened: 'intended', issuance, job, account: decision };
}

function identityOf(request: RequestRecord, accountId: string): IssuanceIdentity {
  const { recordId: requestId, tenantId, job, requester, delivery } = request;
  if (tenantId === undefined || job === undefined)
    throw new BrokerError('internal', 'an allowed request names no tenant or job');
  const recordId = issuanceIdOf({ requestId, job, accountId });
  return { recordId, requestId, tenantId, accountId, job, requester, ...(delivery === undefined ? {} : { delivery }) };
}
