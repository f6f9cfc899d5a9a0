import { BrokerError } from '../errors.ts';
import type { Issuance, IssuanceIn, OpenIssuance } from '../ledger/issuance.ts';
import { LIMITS } from '../ledger/issuance.ts';
import { revoked, usedUp } from '../ledger/issuance-endings.ts';
import { nextAttempt, nextCall } from '../ledger/issuance-intents.ts';
import type { RequestRecord } from '../ledger/request-record.ts';
import type { Permit } from '../limits/limits.ts';
import type { DecisionFacts } from '../requests/decide.ts';
import type { AllowedAccount } from '../requests/decide-account.ts';
import type { QueueMessage } from '../requests/request.ts';
import {
  type BrokerDependencies,
  type Message,
  type MessageOutcome,
  MINIMUM_REMAINING_MS,
} from './broker-dependencies.ts';
import { callTermsOf } from './call-terms.ts';
import { decideAccountsAgain } from './decide-accounts-again.ts';
import { afterIntent } from './issue-for-accounts.ts';
import { issueToJob } from './issue-to-job.ts';
import { lookUp, lookUpInputOf } from './look-up.ts';
import { isHeldBack, readAndAcquire, requirePermit, workUnderPermit } from './permit.ts';

/**
 * Continues an issuance that the sweeper handed back: decides again by the facts that hold now, then makes another call
 * or another attempt. A message about an earlier state than the one on record is out of date, and changes nothing.
 */
export async function continueIssuance(
  continuation: Continuation,
  message: Message,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  try {
    return await goOn(continuation, message, broker);
  } catch (error) {
    // The sweeper hands the issuance back again when it is due, so this message need not stay in the queue.
    if (isHeldBack(error)) return 'settled';
    throw error;
  }
}

type Continuation = Extract<QueueMessage, { kind: 'continue' }>;

async function goOn(
  { issuanceId, trailHead }: Continuation,
  message: Message,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  const issuance = await broker.ledger.readIssuance(issuanceId);
  if (issuance === undefined || issuance.trailHead !== trailHead || !isFree(issuance, broker.clock.nowMs()))
    return 'settled';
  const request = await broker.ledger.readRequest(issuance.requestId);
  if (request === undefined) throw new BrokerError('store.itemInvalid', 'an issuance has no request on record');

  const accountIds = [issuance.accountId];
  const workload = { tenantId: issuance.tenantId, calls: 1 };
  const asked = lookUpInputOf(request, accountIds, broker);
  const { read: facts, permit } = await readAndAcquire(workload, () => lookUp(asked, broker), broker);
  return workUnderPermit(
    { permit, broker },
    (counting) => decideAndResume(issuance, { facts, permit, request, message }, counting),
    (outcome) => outcome === 'again',
  );
}

type Looked = {
  readonly facts: DecisionFacts;
  readonly permit: Permit;
  readonly request: RequestRecord;
  readonly message: Message;
};

async function decideAndResume(
  issuance: OpenIssuance,
  { facts, permit, request, message }: Looked,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  const [decision] = decideAccountsAgain([issuance.accountId], facts, broker);
  if (decision === undefined) throw new BrokerError('internal', 'an account was not decided');
  if (!decision.allowed) {
    await broker.ledger.advance(issuance, revoked(issuance, decision.refusal, broker.clock.nowMs()));
    return 'settled';
  }
  requirePermit(permit);
  if (message.remainingMs() < MINIMUM_REMAINING_MS) return 'again';
  return resume(issuance, { decision, request, message }, broker);
}

type Resumption = {
  readonly decision: AllowedAccount;
  readonly request: RequestRecord;
  readonly message: Message;
};

async function resume(
  issuance: OpenIssuance,
  { decision, request, message }: Resumption,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  const job = broker.config.jobs.get(issuance.job);
  if (job === undefined) throw new BrokerError('internal', 'an account was allowed for a job that does not exist');
  const next = intentAfter(issuance, { decision, request }, broker);
  if (next === undefined) {
    await broker.ledger.advance(issuance, usedUp(issuance, broker.clock.nowMs()));
    return 'settled';
  }
  if (!(await broker.ledger.advance(issuance, next))) return 'settled';
  const visit = { job, account: decision, input: request.input, remainingMs: message.remainingMs };
  await afterIntent(next, () => issueToJob(next, visit, broker), broker);
  return 'settled';
}

/** The next intent, or none when no attempt is left. */
function intentAfter(
  issuance: OpenIssuance,
  { decision, request }: Pick<Resumption, 'decision' | 'request'>,
  { ids, clock }: BrokerDependencies,
): IssuanceIn<'intended'> | undefined {
  const owner = ids.uuid();
  const { roleArn, tenantVersion, roleVersion } = decision;
  const terms = callTermsOf(decision);
  const sameRole = issuance.roleArn === roleArn;
  if (issuance.state === 'intended' && issuance.resume === 'call' && issuance.call < LIMITS.calls && sameRole) {
    return nextCall(issuance, { owner, tenantVersion, roleVersion, ...terms }, clock.nowMs());
  }
  if (issuance.attempt >= LIMITS.attempts) return undefined;
  const input = request.inputSha256 === undefined ? {} : { inputSha256: request.inputSha256 };
  return nextAttempt(issuance, { owner, roleArn, tenantVersion, roleVersion, ...terms, ...input }, clock.nowMs());
}

/** Whether no invocation holds the issuance and no job can claim it: its lease is over, or its ticket is gone. */
function isFree(issuance: Issuance, nowMs: number): issuance is OpenIssuance {
  // Only its caller could be given a session, and that call is long over.
  if (issuance.delivery === 'caller') return false;
  switch (issuance.state) {
    case 'intended':
      return issuance.leaseUntilMs <= nowMs;
    case 'issued':
      return issuance.ticket === undefined;
    default:
      return false;
  }
}
