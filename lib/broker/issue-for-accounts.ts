import { BrokerError } from '../errors.ts';
import { type DecisionFacts, decideAgain } from '../requests/decide.ts';
import type { AccountDecision } from '../requests/decide-account.ts';
import {
  type BrokerDependencies,
  type Message,
  type MessageOutcome,
  MINIMUM_REMAINING_MS,
} from './broker-dependencies.ts';
import { termsOf } from './call-terms.ts';
import { type Issuance, issuanceIdOf } from './issuance.ts';
import { type IssuanceIdentity, openIntended, openRefused } from './issuance-transitions.ts';
import { issueToJob } from './issue-to-job.ts';
import type { RequestRecord } from './request-record.ts';
import { sideBySide } from './side-by-side.ts';

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
  const decisions = decideFrozen(accountIds, facts, broker);
  const outcomes = await sideBySide(decisions, ACCOUNTS_AT_ONCE, (decision) =>
    issueForAccount(request, decision, { message, broker }),
  );
  const broke = outcomes.find((outcome) => outcome.status === 'rejected');
  if (broke !== undefined) throw broke.reason;
  return outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value === 'again') ? 'again' : 'settled';
}

/** The accounts that were frozen into the request, decided by what holds now. */
export function decideFrozen(
  accountIds: readonly string[],
  facts: DecisionFacts,
  { config }: BrokerDependencies,
): readonly AccountDecision[] {
  const decision = decideAgain({ ...facts, detail: { ...facts.detail, accountIds } }, config.rules);
  if (decision.allowed) return decision.accounts;
  return accountIds.map((accountId) => ({ allowed: false, accountId, refusal: decision.refusal }));
}

async function issueForAccount(
  request: RequestRecord,
  decision: AccountDecision,
  { message, broker }: { readonly message: Message; readonly broker: BrokerDependencies },
): Promise<MessageOutcome> {
  const identity = identityOf(request, decision.accountId);
  if (!decision.allowed) {
    await broker.ledger.open(openRefused(identity, decision.refusal, broker.clock.nowMs()));
    return 'settled';
  }
  const job = broker.config.jobs.get(identity.job);
  if (job === undefined) throw new BrokerError('internal', 'an account was allowed for a job that does not exist');
  // Below this, the invocation could end between the intent and the record of what STS said.
  if (message.remainingMs() < MINIMUM_REMAINING_MS) return 'again';
  const { roleArn, tenantVersion, roleVersion } = decision;
  const grounds = {
    owner: broker.ids.uuid(),
    roleArn,
    tenantVersion,
    roleVersion,
    ...termsOf(decision),
    ...(request.inputSha256 === undefined ? {} : { inputSha256: request.inputSha256 }),
  };
  const intended = openIntended(identity, grounds, broker.clock.nowMs());
  if (!(await broker.ledger.open(intended))) return 'settled';
  const visit = { job, account: decision, input: request.input, remainingMs: message.remainingMs };
  await afterIntent(intended, () => issueToJob(intended, visit, broker), broker);
  return 'settled';
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

function identityOf(request: RequestRecord, accountId: string): IssuanceIdentity {
  const { recordId: requestId, tenantId, job, requester } = request;
  if (tenantId === undefined || job === undefined)
    throw new BrokerError('internal', 'an allowed request names no tenant or job');
  return { recordId: issuanceIdOf({ requestId, job, accountId }), requestId, tenantId, accountId, job, requester };
}
