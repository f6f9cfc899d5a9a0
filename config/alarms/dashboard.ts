import type { Stage } from '../../lib/platform/stage-durations.ts';
import type { RoleStatus } from '../../lib/tenants/tenant.ts';
import type { TemplateValue } from '../template/template-value.ts';
import {
  type Deployed,
  issuanceCount,
  prefixOf,
  queueMetric,
  runCount,
  type Service,
  stageDuration,
  transitionCount,
} from './metric.ts';
import { stsShare } from './sts-alarms.ts';
import { type Chart, chartProperties, type Shown, type Widget } from './widget.ts';

export type Shows = {
  readonly deployed: Deployed;
  readonly region: string;
  readonly jobs: readonly string[];
  readonly stsCallsPerSecond: number;
};

const FIVE_MINUTES = 300;
const DAY = 86_400;
const HALF = 12;

/** The dashboard, one page: how many requests become sessions and runs, how long it takes, and what is left of STS. */
export function dashboardResource(shows: Shows): Record<string, TemplateValue> {
  const { deployed, region } = shows;
  const charts = [
    funnel(shows),
    outcomes(shows),
    latency(shows),
    waiting(deployed),
    share(shows),
    rolesByTrust(deployed),
  ];
  const widgets: readonly Widget[] = charts.map((chart, index) => ({
    type: 'metric',
    x: (index % 2) * HALF,
    y: Math.floor(index / 2) * 6,
    width: HALF,
    height: 6,
    properties: chartProperties(chart, region),
  }));
  return {
    BrokerDashboard: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardName: prefixOf(deployed), DashboardBody: JSON.stringify({ widgets }) },
    },
  };
}

/**
 * From requests to outcomes. The job writes claims and reports itself, so the archive, which sees every change of the
 * ledger, counts them.
 */
function funnel({ deployed }: Shows): Chart {
  const requests = (decision: 'allowed' | 'refused') =>
    transitionCount({ service: 'issue-credentials', transition: `request.${decision}` }, deployed);
  const sum = { statistic: 'Sum' } as const;
  const issue = { service: 'issue-credentials' } as const;
  const archive = { service: 'archive-audit' } as const;
  return {
    title: 'Requests to outcomes, by queue',
    view: 'bar',
    periodSeconds: FIVE_MINUTES,
    unit: 'in the time shown',
    expression: { expression: 'SUM([refused, allowed])', label: 'requests' },
    shows: [
      { label: 'refused', metric: requests('refused'), id: 'refused', ...sum },
      { label: 'decided: allowed', metric: requests('allowed'), id: 'allowed', ...sum },
      { label: 'intended', metric: issuanceCount({ ...issue, type: 'intended' }, deployed), ...sum },
      { label: 'issued', metric: issuanceCount({ ...issue, type: 'issued' }, deployed), ...sum },
      { label: 'claimed', metric: stageDuration({ ...archive, stage: 'claim' }, deployed), statistic: 'SampleCount' },
      { label: 'reported', metric: stageDuration({ ...archive, stage: 'run' }, deployed), statistic: 'SampleCount' },
    ],
  };
}

function outcomes({ deployed, jobs }: Shows): Chart {
  const swept = (type: 'unknown' | 'expired' | 'failed'): Shown => ({
    label: type,
    metric: issuanceCount({ service: 'sweep-issuances', type }, deployed),
    statistic: 'Sum',
  });
  return {
    title: 'Outcomes',
    view: 'timeSeries',
    periodSeconds: FIVE_MINUTES,
    unit: 'in five minutes',
    shows: [
      ...jobs.flatMap((job): readonly Shown[] => [
        { label: `${job} completed`, metric: runCount({ job, name: 'RunCompleted' }, deployed), statistic: 'Sum' },
        { label: `${job} failed`, metric: runCount({ job, name: 'RunFailed' }, deployed), statistic: 'Sum' },
        { label: `${job} claim refused`, metric: runCount({ job, name: 'ClaimRefused' }, deployed), statistic: 'Sum' },
      ]),
      {
        label: 'denied',
        metric: issuanceCount({ service: 'issue-credentials', type: 'denied' }, deployed),
        statistic: 'Sum',
      },
      ...(['unknown', 'expired', 'failed'] as const).map(swept),
    ],
  };
}

/** The function that measures each stage of a job's issuance. */
const MEASURED_BY: Readonly<Record<Stage, Service>> = {
  queue: 'issue-credentials',
  lookUp: 'issue-credentials',
  record: 'issue-credentials',
  assume: 'issue-credentials',
  dataKey: 'issue-credentials',
  invoke: 'issue-credentials',
  claim: 'archive-audit',
  run: 'archive-audit',
};

const STAGES_SHOWN = [
  'queue',
  'lookUp',
  'record',
  'assume',
  'dataKey',
  'invoke',
  'claim',
] as const satisfies readonly Stage[];

/** Runs are left out: they take minutes, and nothing else would be visible beside them. */
function latency({ deployed }: Shows): Chart {
  return {
    title: 'Latency by stage, median and one in a hundred',
    view: 'timeSeries',
    periodSeconds: FIVE_MINUTES,
    unit: 'ms',
    shows: STAGES_SHOWN.flatMap((stage) => {
      const metric = stageDuration({ service: MEASURED_BY[stage], stage }, deployed);
      return (['p50', 'p99'] as const).map((statistic) => ({ label: `${stage} ${statistic}`, metric, statistic }));
    }),
  };
}

function waiting(deployed: Deployed): Chart {
  const queue = (name: string): Shown => ({
    label: name,
    metric: queueMetric({ queue: name, name: 'ApproximateNumberOfMessagesVisible' }, deployed),
    statistic: 'Maximum',
  });
  return {
    title: 'Messages that wait',
    view: 'timeSeries',
    periodSeconds: FIVE_MINUTES,
    unit: 'messages',
    shows: ['requests', 'requests-dlq', 'rule-dlq', 'job-failures', 'observations-dlq'].map(queue),
  };
}

function share({ deployed, stsCallsPerSecond }: Shows): Chart {
  const { metrics, expression } = stsShare({ stsCallsPerSecond }, { deployed, periodSeconds: 60 });
  return {
    title: `Share of STS used, of ${stsCallsPerSecond} calls a second`,
    view: 'timeSeries',
    periodSeconds: 60,
    unit: '%',
    limit: { value: 80, label: 'rings' },
    expression: { expression, label: 'used' },
    shows: Object.entries(metrics).map(([id, measured]) => ({ ...measured, id, label: id, visible: false })),
  };
}

const STATUSES = ['trusted', 'pending', 'refused', 'quarantined'] as const satisfies readonly RoleStatus[];

/**
 * Each role is verified once a day, and each verification reports the status in which it leaves the role. A day of them
 * is therefore the number of roles in each status. A role that was also verified by hand counts twice.
 */
function rolesByTrust(deployed: Deployed): Chart {
  const verified = (transition: string, label: string): Shown => ({
    label,
    metric: transitionCount({ service: 'verify-trust', transition: `role.${transition}` }, deployed),
    statistic: 'Sum',
  });
  return {
    title: 'Tenants’ roles by trust, as verified in a day',
    view: 'timeSeries',
    periodSeconds: DAY,
    unit: 'roles',
    shows: [...STATUSES.map((status) => verified(status, status)), verified('notVerified', 'could not be verified')],
  };
}
