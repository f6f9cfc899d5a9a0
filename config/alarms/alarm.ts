import type { TemplateValue } from '../template/template-value.ts';
import { type Deployed, type Metric, prefixOf } from './metric.ts';
import { type Runbook, runbookLink } from './runbook.ts';

/** One alarm in this project's own terms: what it means, which runbook it leads to, and when it rings. */
export type Alarm = {
  /** The alarm's name in AWS is the stage's prefix and this name; its logical id in the template is made from it. */
  readonly name: string;
  readonly meaning: string;
  readonly runbook: Runbook;
  readonly watches: Watched;
  readonly periodSeconds: number;
  /** The alarm rings when `atLeast` of the last `of` periods are over the threshold; 1 of 1 where left out. */
  readonly periods?: { readonly of: number; readonly atLeast: number };
  readonly rings: 'atLeast' | 'below';
  readonly threshold: number;
  /** For an alarm on something that should happen regularly: it rings when there is no data. */
  readonly ringsForSilence?: boolean;
  /** The alarm notifies nobody itself; a composite alarm is made of it. */
  readonly isPart?: boolean;
};

/** A metric, or several metrics and an expression over their names in CloudWatch's metric math. */
export type Watched =
  | { readonly metric: Metric; readonly statistic: 'Sum' | 'Maximum' }
  | { readonly metrics: Readonly<Record<string, MeasuredMetric>>; readonly expression: string; readonly label: string };

export type MeasuredMetric = { readonly metric: Metric; readonly statistic: 'Sum' | 'Maximum' | 'SampleCount' };

/** The alarms as resources. Their logical ids follow from their names, so that changing their order changes nothing. */
export function alarmResources(alarms: readonly Alarm[], deployed: Deployed): Record<string, TemplateValue> {
  return Object.fromEntries(alarms.map((alarm) => [alarmId(alarm), resourceOf(alarm, deployed)]));
}

/** `requests-old` → `RequestsOldAlarm`. */
export function alarmId({ name }: Pick<Alarm, 'name'>): string {
  return `${name.replace(/(?:^|-)([a-z])/g, (_, first: string) => first.toUpperCase())}Alarm`;
}

export const ALARMS_TOPIC: TemplateValue = { Ref: 'AlarmsTopic' };

function resourceOf(alarm: Alarm, deployed: Deployed): TemplateValue {
  const { name, meaning, runbook, periods = { of: 1, atLeast: 1 } } = alarm;
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${prefixOf(deployed)}-${name}`,
      AlarmDescription: `${meaning} ${runbookLink(runbook)}`,
      ...watchedProperties(alarm),
      EvaluationPeriods: periods.of,
      DatapointsToAlarm: periods.atLeast,
      Threshold: alarm.threshold,
      ComparisonOperator: alarm.rings === 'atLeast' ? 'GreaterThanOrEqualToThreshold' : 'LessThanThreshold',
      TreatMissingData: alarm.ringsForSilence === true ? 'breaching' : 'notBreaching',
      ...(alarm.isPart === true ? {} : { AlarmActions: [ALARMS_TOPIC] }),
    },
  };
}

function watchedProperties({ watches, periodSeconds }: Alarm): Record<string, TemplateValue> {
  if ('metric' in watches) {
    const { MetricName, Namespace, Dimensions } = metricProperties(watches.metric);
    return { Namespace, MetricName, Dimensions, Statistic: watches.statistic, Period: periodSeconds };
  }
  const parts = Object.entries(watches.metrics).map(([Id, { metric, statistic }]) => {
    const MetricStat = { Metric: metricProperties(metric), Period: periodSeconds, Stat: statistic };
    return { Id, ReturnData: false, MetricStat };
  });
  const told = { Id: 'told', Label: watches.label, Expression: watches.expression, ReturnData: true };
  return { Metrics: [told, ...parts] };
}

function metricProperties({ namespace, name, dimensions }: Metric) {
  return { Namespace: namespace, MetricName: name, Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })) };
}
