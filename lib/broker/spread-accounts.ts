import type { RequestRecord } from '../ledger/request-record.ts';
import { runConcurrently } from '../platform/run-concurrently.ts';
import { brokerRecordBody } from '../requests/broker-record.ts';
import type { BrokerDependencies, MessageOutcome } from './broker-dependencies.ts';

/** Above this, each account becomes a message of its own. */
const ACCOUNTS_PER_MESSAGE = 25;

/** A thousand accounts, one after the other, would take longer than the function has. */
const SENDS_AT_ONCE = 20;

/** Are these accounts too many to be worked on by one message? */
export function isSpread(accountIds: readonly string[]): boolean {
  return accountIds.length > ACCOUNTS_PER_MESSAGE;
}

/**
 * Sends a message for each account of a large request. Throws `store.*` when one could not be sent: all are sent again
 * then, and a message that comes twice finds that its issuance exists.
 */
export async function spreadAccounts(
  request: Pick<RequestRecord, 'recordId'>,
  accountIds: readonly string[],
  broker: Pick<BrokerDependencies, 'sendToQueue'>,
): Promise<MessageOutcome> {
  const sent = await runConcurrently(accountIds, SENDS_AT_ONCE, (accountId) =>
    broker.sendToQueue(brokerRecordBody({ brokerRecord: 'account', requestId: request.recordId, accountId })),
  );
  const broke = sent.find((outcome) => outcome.status === 'rejected');
  if (broke !== undefined) throw broke.reason;
  return 'settled';
}
