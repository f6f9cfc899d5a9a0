import { strangersRecord } from '../ledger/strangers-record.ts';
import type { QueueMessage } from '../requests/request.ts';
import type { BrokerDependencies, MessageOutcome } from './broker-dependencies.ts';

/** No function that counted in the minute runs any more by then. */
const SETTLED_AFTER_MS = 60_000;

/**
 * Writes down how many strangers of a source were counted in a minute, once the minute is over. The message comes
 * several times: the first record counts.
 */
export async function sumUpStrangers(
  { minute }: Extract<QueueMessage, { kind: 'strangers' }>,
  { strangers, ledger, clock }: Pick<BrokerDependencies, 'strangers' | 'ledger' | 'clock'>,
): Promise<MessageOutcome> {
  const nowMs = clock.nowMs();
  if (nowMs < minute.minuteMs + 60_000 + SETTLED_AFTER_MS) return 'again';
  const counted = await strangers.countedIn(minute);
  if (counted > 0) await ledger.recordStrangers(strangersRecord(minute, { counted, nowMs }));
  return 'settled';
}
