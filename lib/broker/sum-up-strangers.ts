import { strangersRecord } from '../ledger/strangers-record.ts';
import type { QueueMessage } from '../requests/request.ts';
import type { BrokerDependencies, MessageOutcome } from './broker-dependencies.ts';

/** No invocation that counted in a minute still runs so long after it. */
const SETTLED_AFTER_MS = 60_000;

/**
 * Records how many requests of strangers were counted for a source in a minute, once that minute is over. The message
 * may come several times: the first record counts.
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
