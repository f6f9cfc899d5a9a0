import { minuteRow } from '../../../lib/limits/meter.ts';
import { counterIds } from '../../../lib/platform/table-keys.ts';
import type { Refusal } from '../function-table.ts';
import { dynamodb, ledger, limits, touches } from '../resources.ts';

/** One row of each kind that is counted while a request is decided, under the keys that the code makes. */
export const SHARED_COUNTERS = [
  counterIds.breaker,
  counterIds.breadth('scan-scheduler', '2031-05-07T03'),
  ...[counterIds.sts, counterIds.tenantRate('acme'), counterIds.requesterRate('scan-scheduler')].map(minuteKey),
];
/** These are counted of what comes over the queue alone. */
export const QUEUE_COUNTERS = [counterIds.denials('hash'), minuteKey(counterIds.strangers('event#1#x'))];

const others = ['correlation', 'missing#x', 'verification', 'schedule#nightly', 'window#nightly#x'];
const count = { actions: dynamodb('GetItem', 'UpdateItem'), resources: [limits] };

/** Of the limits, counters and nothing else. */
export const limitRefusals: readonly Refusal[] = [
  ...others.map((key) => ({ because: `${key} is kept by another`, ...count, context: touches(key, ['counter']) })),
  { because: 'a counter among others', ...count, context: touches(['breaker#sts', 'verification'], ['counter']) },
  { because: 'no key of a counter', ...count, context: touches([], ['counter']) },
  {
    because: 'a counter is never written whole',
    actions: dynamodb('PutItem'),
    resources: [limits],
    context: touches('breaker#sts', ['counter']),
  },
];

/** What the audit has seen for itself is no record of the broker's. */
export function auditRefusals(writes: readonly string[]): Refusal[] {
  return ['pointer_x', 'seen_x'].map((key) => ({
    because: `${key} is the audit’s`,
    actions: dynamodb(...writes),
    resources: [ledger],
    context: touches(key),
  }));
}

function minuteKey(prefix: string): string {
  return minuteRow(prefix, 0).counter;
}
