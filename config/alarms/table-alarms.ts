import type { Alarm, MeasuredMetric } from './alarm.ts';
import { type Deployed, TABLES, type Table, tableMetric } from './metric.ts';

/**
 * An alarm for when a table, or an index of it, throttles. Throttle events and throttled requests differ, and one call
 * may count as both: the alarm goes by the larger of the two.
 */
export function tableAlarms(deployed: Deployed): readonly Alarm[] {
  return TABLES.map((table) => ({
    name: `${table}-throttled`,
    meaning: `DynamoDB throttles the table ${table}: what needs it waits, and a decision that cannot read it is a no.`,
    runbook: 'table-unavailable' as const,
    watches: {
      metrics: throttles(table, deployed),
      expression: 'MAX([SUM([reads, writes]), SUM([queries, puts, updates, deletes])])',
      label: 'Throttled',
    },
    periodSeconds: 300,
    rings: 'atLeast' as const,
    // A table on demand throttles for a moment when its load doubles: the SDK and the queue cope with that.
    threshold: 10,
  }));
}

function throttles(table: Table, deployed: Deployed): Record<string, MeasuredMetric> {
  const sum = (of: Omit<Parameters<typeof tableMetric>[0], 'table'>) => {
    return { metric: tableMetric({ table, ...of }, deployed), statistic: 'Sum' } as const;
  };
  return {
    reads: sum({ name: 'ReadThrottleEvents' }),
    writes: sum({ name: 'WriteThrottleEvents' }),
    queries: sum({ name: 'ThrottledRequests', operation: 'Query' }),
    puts: sum({ name: 'ThrottledRequests', operation: 'PutItem' }),
    updates: sum({ name: 'ThrottledRequests', operation: 'UpdateItem' }),
    deletes: sum({ name: 'ThrottledRequests', operation: 'DeleteItem' }),
  };
}
