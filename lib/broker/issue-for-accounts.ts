import { BrokerError } from '../errors.ts';
import type { Issuance } from '../ledger/issuance.ts';
import type { RequestRecord } from '../ledger/request-record.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import type { DecisionFacts } from '../requests/decide.ts';
import type { AccountDecision } from '../requests/decide-account.ts';
import type { BrokerDependencies, Message, MessageOutcome } from './broker-dependencies.ts';
import { decideAccountsAgain } from './decide-accounts-again.ts';
import { issueToJob } from './issue-to-job.ts';
import { openIssuance } from './open-issuance.ts';

/** Accounts of one request that are worked on at the same time. */
const ACCOUNTS_AT_ONCE = 5;

type Allowed = {
  readonly request: RequestRecord;
  readonly accountIds: readonly string[];
  readonly facts: DecisionFacts;
};

/**
 * Opens an issuance for each account and carries it through to its job. Each account is decided by the facts just read.
 * An issuance that exists already is left to the invocation that opened it, and to the sweeper if that one failed.
 */
export async function issueForAccounts(
  { request, accountIds, facts }: Allowed,
  message: Message,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  // A request for a caller's credentials never reaches a job, whatever message names it.
  if (request.delivery === 'caller') return 'settled';
  const decisions = decideAccountsAgain(accountIds, facts, broker);
  const outcomes = await runConcurrently(decisions, ACCOUNTS_AT_ONCE, (decision) =>
    issueForAccount(request, decision, { message, broker }),
  );
  let all: MessageOutcome = 'settled';
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    if (outcome.value.comesAgain) all = 'again';
  }
  return all;
}

/** `comesAgain`: too little time was left to begin with this account. */
async function issueForAccount(
  request: RequestRecord,
  decision: AccountDecision,
  { message, broker }: { readonly message: Message; readonly broker: BrokerDependencies },
): Promise<{ readonly comesAgain: boolean }> {
  const { remainingMs } = message;
  const opened = await openIssuance(request, decision, { remainingMs, broker });
  if (opened.opened !== 'intended') return { comesAgain: opened.opened === 'tooLate' };
  const { issuance, job, account } = opened;
  const visit = { job, account, input: request.input, remainingMs };
  await afterIntent(issuance, () => issueToJob(issuance, visit, broker), broker);
  return { comesAgain: false };
}

/**
 * Does the work that follows a recorded intent, and swallows its retryable errors. The message is done with from then
 * on: the sweeper finds the intent when its lease runs out, whereas a message put back would only find that the
 * issuance exists.
 */
export async function afterIntent(
  { recordId }: Pick<Issuance, 'recordId'>,
  issue: () => Promise<void>,
  { log }: Pick<BrokerDependencies, 'log'>,
): Promise<void> {
  try {
    await issue();
  } catch (error) {
    if (!(error instanceof BrokerError) || !error.retryable) throw error;
    const { code, message: explanation } = error;
    log.transition({ transition: 'issuance.interrupted', issuanceId: recordId, code, explanation });
  }
}
