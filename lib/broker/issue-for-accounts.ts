import { BrokerError } from '../errors.ts';
import type { Issuance } from '../ledger/issuance.ts';
import type { RequestRecord } from '../ledger/request-record.ts';
import { sideBySide } from '../platform/side-by-side.ts';
import type { DecisionFacts } from '../requests/decide.ts';
import type { AccountDecision } from '../requests/decide-account.ts';
import type { BrokerDependencies, Message, MessageOutcome } from './broker-dependencies.ts';
import { decideFrozen } from './decide-frozen.ts';
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
 * Opens an issuance for each account and carries it to its job. Each account is decided by what was just read. An
 * account whose issuance exists already is left to whoever opened it: the sweeper sees to it that it does not stay open.
 */
export async function issueForAccounts(
  { request, accountIds, facts }: Allowed,
  message: Message,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  // Credentials for a caller are never a job's, whatever the queue says.
  if (request.delivery === 'caller') return 'settled';
  const decisions = decideFrozen(accountIds, facts, broker);
  const outcomes = await sideBySide(decisions, ACCOUNTS_AT_ONCE, (decision) =>
    issueForAccount(request, decision, { message, broker }),
  );
  let all: MessageOutcome = 'settled';
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
    if (outcome.value.comesAgain) all = 'again';
  }
  return all;
}

/** `comesAgain`: there was no time to begin with the account. */
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
 * Once an intent is on record, the message is done with: whatever breaks is the sweeper's, which finds the intent when
 * its lease runs out. A message put back would only find an issuance that exists.
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
