import { assertNever } from '../errors.ts';
import { parseQueueMessage } from '../requests/parse-request.ts';
import type { QueueMessage } from '../requests/request.ts';
import { admitRequest } from './admit-request.ts';
import type { BrokerDependencies, Message, MessageOutcome } from './broker-dependencies.ts';
import { continueIssuance } from './continue-issuance.ts';
import { issueForAccounts } from './issue-for-accounts.ts';
import { lookUp, lookUpInputOf } from './look-up.ts';
import { readAndAcquire, requirePermit, workUnderPermit } from './permit.ts';
import { probeThroughQueue } from './probe-through-queue.ts';
import { recordMalformed } from './record-request.ts';
import { isSpread, spreadAccounts } from './spread-accounts.ts';
import { sumUpStrangers } from './sum-up-strangers.ts';

export type RunJob = (message: Message) => Promise<MessageOutcome>;

/**
 * The pipeline. A request is read, looked up, decided and recorded. Then, for each account, the intent is recorded,
 * the role assumed, the credentials sealed, the issue recorded and the job invoked. A message that is delivered again
 * finds the recorded decision and continues from there. Throws `BrokerError` when something broke before an intent was
 * written.
 */
export function makeRunJob(broker: BrokerDependencies): RunJob {
  return async (message) => {
    const reading = parseQueueMessage(message.body);
    if (!reading.read) return recordMalformed(reading, message, broker);
    switch (reading.message.kind) {
      case 'request':
        return runRequest(reading.message, message, broker);
      case 'account':
        return runAccount(reading.message, message, broker);
      case 'continue':
        return continueIssuance(reading.message, message, broker);
      case 'strangers':
        return sumUpStrangers(reading.message, broker);
      case 'probe':
        return probeThroughQueue(reading.message, broker);
      default:
        return assertNever(reading.message);
    }
  };
}

async function runRequest(
  { origin, detail }: Extract<QueueMessage, { kind: 'request' }>,
  message: Message,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  const admitted = await admitRequest({ origin, detail, arrivedAtMs: message.sentAtMs }, broker);
  if (admitted === undefined) return 'settled';
  const { request, facts, permit } = admitted;
  const accountIds = request.accountIds ?? [];
  return workUnderPermit(
    { permit, broker },
    async (counting) => {
      if (request.decision === 'refused') return 'settled';
      if (isSpread(accountIds)) return spreadAccounts(request, accountIds, broker);
      return issueForAccounts({ request, accountIds, facts }, message, counting);
    },
    comesAgain,
  );
}

function comesAgain(outcome: MessageOutcome): boolean {
  return outcome === 'again';
}

/** One account of a large request. */
async function runAccount(
  { requestId, accountId }: Extract<QueueMessage, { kind: 'account' }>,
  message: Message,
  broker: BrokerDependencies,
): Promise<MessageOutcome> {
  const request = await broker.ledger.readRequest(requestId);
  // Only an allowed request, and only an account that was frozen into it.
  if (request?.decision !== 'allowed' || !request.accountIds?.includes(accountId)) return 'settled';
  const asked = lookUpInputOf(request, [accountId], broker);
  const workload = { tenantId: asked.detail.tenantId, calls: 1 };
  const { read: facts, permit } = await readAndAcquire(workload, () => lookUp(asked, broker), broker);
  requirePermit(permit);
  return workUnderPermit(
    { permit, broker },
    (counting) => issueForAccounts({ request, accountIds: [accountId], facts }, message, counting),
    comesAgain,
  );
}
