import type { Alarm } from './alarm.ts';
import type { DeployedFunction } from './deployed-functions.ts';
import { type Deployed, lambdaMetric, runCount } from './metric.ts';

const FIVE_MINUTES = 300;
/**
 * The share of a function's time-out that counts as near it. A call that waits for its outcome on purpose stays below.
 */
const NEAR_TIMEOUT = 0.95;

/** Functions that run again by themselves. One error is no reason to wake anybody; repeated errors are. */
const COMES_AGAIN: ReadonlySet<string> = new Set([
  'issue-credentials',
  'sweep-issuances',
  'verify-trust',
  'archive-audit',
  'fan-out-schedule',
]);

/** The errors of these functions ring under a name that says what is blind meanwhile: `correlation-errors`. */
const ERRORS_ELSEWHERE: ReadonlySet<string> = new Set(['correlate-cloudtrail']);

/** A schedule invokes these functions within so many seconds each; no invocation means that their work is not done. */
const TICKS: Readonly<Record<string, { readonly withinSeconds: number; readonly meaning: string }>> = {
  'sweep-issuances': {
    withinSeconds: 300,
    meaning: 'The sweeper did not end well once in five minutes: what was left open stays open, and no retry is made.',
  },
  'fan-out-schedule': {
    withinSeconds: 300,
    meaning: 'Schedules were not gone on with for five minutes: tenants that are due are not asked for.',
  },
  'verify-trust': {
    withinSeconds: 900,
    meaning: 'No role was verified on schedule for a quarter of an hour: a trust that opens to others is noticed late.',
  },
  'correlate-cloudtrail': {
    withinSeconds: 900,
    meaning: 'Nothing was held against CloudTrail for a quarter of an hour, nor its silence noticed.',
  },
};

/** Alarms for every deployed function: it fails, it nearly runs out of time and, for some, it is silent. */
export function functionAlarms(functions: readonly DeployedFunction[], deployed: Deployed): readonly Alarm[] {
  return functions.flatMap((one) => [
    ...(ERRORS_ELSEWHERE.has(one.name) ? [] : [errors(one, deployed)]),
    slow(one, deployed),
    ...silent(one, deployed),
    ...(one.isJob ? [envelopeInvalid(one, deployed)] : []),
  ]);
}

function errors({ name }: DeployedFunction, deployed: Deployed): Alarm {
  const again = COMES_AGAIN.has(name);
  return {
    name: `${name}-errors`,
    meaning: `${name} fails${again ? ' again and again' : ''}; its log says why.`,
    runbook: 'function-fails',
    watches: { metric: lambdaMetric({ functionName: name, name: 'Errors' }, deployed), statistic: 'Sum' },
    periodSeconds: FIVE_MINUTES,
    periods: again ? { of: 3, atLeast: 2 } : { of: 1, atLeast: 1 },
    rings: 'atLeast',
    threshold: 1,
  };
}

function slow({ name, timeoutSeconds }: DeployedFunction, deployed: Deployed): Alarm {
  return {
    name: `${name}-slow`,
    meaning: `${name} took nearly all of its ${timeoutSeconds} seconds, after which Lambda ends it wherever it is.`,
    runbook: 'function-fails',
    watches: { metric: lambdaMetric({ functionName: name, name: 'Duration' }, deployed), statistic: 'Maximum' },
    periodSeconds: FIVE_MINUTES,
    rings: 'atLeast',
    // Lambda measures in milliseconds.
    threshold: Math.round(timeoutSeconds * 1000 * NEAR_TIMEOUT),
  };
}

function silent({ name }: DeployedFunction, deployed: Deployed): readonly Alarm[] {
  const tick = TICKS[name];
  if (tick === undefined) return [];
  const sum = (metric: 'Invocations' | 'Errors') => {
    return { metric: lambdaMetric({ functionName: name, name: metric }, deployed), statistic: 'Sum' } as const;
  };
  return [
    {
      name: `${name}-silent`,
      meaning: tick.meaning,
      runbook: 'function-fails',
      watches: {
        metrics: { invocations: sum('Invocations'), errors: sum('Errors') },
        expression: 'invocations - FILL(errors, 0)',
        label: 'Invocations that ended well',
      },
      periodSeconds: tick.withinSeconds,
      rings: 'below',
      threshold: 1,
      ringsForSilence: true,
    },
  ];
}

function envelopeInvalid({ name }: DeployedFunction, deployed: Deployed): Alarm {
  return {
    name: `${name}-envelope-invalid`,
    meaning: `An envelope for ${name} did not open: somebody altered it on its way, or keys were mixed up.`,
    runbook: 'broker-role-suspected-stolen',
    watches: { metric: runCount({ job: name, name: 'EnvelopeInvalid' }, deployed), statistic: 'Sum' },
    periodSeconds: 60,
    rings: 'atLeast',
    threshold: 1,
  };
}
