import { Metrics } from '@aws-lambda-powertools/metrics';
import { expect, it } from 'vitest';
import { logAndCount } from '../../../lib/job-runtime/log-and-count.ts';
import type { RunEvent } from '../../../lib/job-runtime/run-event.ts';

const uncounted = new Metrics({ namespace: 'none' });
const run = {
  issuanceId: 'scan-account.abc',
  attempt: 1,
  tenantId: 'acme',
  accountId: '222222222222',
  job: 'scan-account',
} as const;

it.each<RunEvent>([
  { event: 'claim.refused', because: 'switchedOff' },
  { event: 'run.completed' },
  { event: 'run.failed', code: 'job.failed', name: 'TypeError', frames: [] },
  { event: 'report.notWritten', because: 'conditionFailed' },
])('says whose run it was, as the broker’s own lines do: $event', (event) => {
  const lines: unknown[] = [];
  const write = (_message: unknown, ...extra: readonly unknown[]) => void lines.push(...extra);
  const observe = logAndCount('scan-account', {
    logger: { info: write, warn: write },
    metrics: { addMetric: () => uncounted, publishStoredMetrics: () => uncounted },
  });
  observe(event, { ...run, input: { name: 'the tenant’s' } } as typeof run);
  expect(lines).toEqual([{ ...event, ...run }]);
});
