import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { ObserveRun, RunEvent } from './run-event.ts';

/** The name of the metric that counts an event: alarms are set on these. */
const METRIC_OF = {
  'claim.refused': 'ClaimRefused',
  'run.notStarted': 'RunNotStarted',
  'run.completed': 'RunCompleted',
  'run.failed': 'RunFailed',
  'report.notWritten': 'ReportNotWritten',
} as const satisfies Readonly<Record<RunEvent['event'], string>>;

/**
 * Writes each event of a run as one log line and one count. An envelope that did not open is counted by itself as well,
 * because it means that somebody tampered or that keys were mixed up.
 */
export function logAndCount(
  jobName: string,
  { logger, metrics }: LogAndCountDependencies = {
    logger: new Logger({ serviceName: jobName }),
    metrics: new Metrics({ serviceName: jobName }),
  },
): ObserveRun {
  return (event, run) => {
    const { issuanceId, attempt, tenantId, accountId, job } = run ?? {};
    const line = { ...event, issuanceId, attempt, tenantId, accountId, job };
    if (event.event === 'run.completed') logger.info(event.event, line);
    else logger.warn(event.event, line);
    metrics.addMetric(METRIC_OF[event.event], MetricUnit.Count, 1);
    if ('code' in event && event.code === 'envelope.invalid') metrics.addMetric('EnvelopeInvalid', MetricUnit.Count, 1);
    metrics.publishStoredMetrics();
  };
}

export type LogAndCountDependencies = {
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly metrics: Pick<Metrics, 'addMetric' | 'publishStoredMetrics'>;
};
