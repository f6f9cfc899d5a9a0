import type { ErrorCode } from '../../lib/errors.ts';
import type { Alarm, MeasuredMetric } from './alarm.ts';
import { type Deployed, issuanceCount, stageDuration } from './metric.ts';

type StsSettings = { readonly stsCallsPerSecond: number };

/** Alarms for when STS throttles us, and when hardly anything is left of the calls that we allow ourselves. */
export function stsAlarms(limits: StsSettings, deployed: Deployed): readonly Alarm[] {
  return [throttled(deployed), shareUsed(limits, deployed)];
}

/** Each answer is counted once: by the call that follows it, or by the way in which the visit ended. */
function throttled(deployed: Deployed): Alarm {
  const code: ErrorCode = 'sts.unavailable';
  const of = (service: 'issue-credentials' | 'vend-credentials', type: 'called' | 'released' | 'failed') => {
    return { metric: issuanceCount({ service, type, code }, deployed), statistic: 'Sum' } as const;
  };
  return {
    name: 'sts-throttled',
    meaning:
      'STS throttles calls of the broker, or is unwell: they are made again, later. The quota is of the whole account.',
    runbook: 'sts-throttled',
    watches: {
      metrics: {
        again: of('issue-credentials', 'called'),
        later: of('issue-credentials', 'released'),
        callersAgain: of('vend-credentials', 'called'),
        callersFailed: of('vend-credentials', 'failed'),
      },
      expression: 'SUM([again, later, callersAgain, callersFailed])',
      label: 'Calls that STS turned away',
    },
    periodSeconds: 300,
    rings: 'atLeast',
    threshold: 10,
  };
}

function shareUsed(limits: StsSettings, deployed: Deployed): Alarm {
  return {
    name: 'sts-share',
    meaning: `Over four fifths of the ${limits.stsCallsPerSecond} calls a second that limits.stsCallsPerSecond gives are used: requests begin to wait.`,
    runbook: 'sts-throttled',
    watches: { ...stsShare(limits, { deployed, periodSeconds: 60 }), label: 'Share of STS used, in percent' },
    periodSeconds: 60,
    periods: { of: 5, atLeast: 5 },
    rings: 'atLeast',
    threshold: 80,
  };
}

/** The calls to STS, as a percentage of those that the broker may make: each call is a sample of its duration. */
export function stsShare(
  { stsCallsPerSecond }: StsSettings,
  { deployed, periodSeconds }: { readonly deployed: Deployed; readonly periodSeconds: number },
): { readonly metrics: Readonly<Record<string, MeasuredMetric>>; readonly expression: string } {
  const calls = (service: 'issue-credentials' | 'vend-credentials') => {
    return { metric: stageDuration({ service, stage: 'assume' }, deployed), statistic: 'SampleCount' } as const;
  };
  return {
    metrics: { calls: calls('issue-credentials'), callersCalls: calls('vend-credentials') },
    expression: `100 * SUM([calls, callersCalls]) / ${stsCallsPerSecond * periodSeconds}`,
  };
}
