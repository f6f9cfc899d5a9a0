import type { EmittedMetric } from '../support/emitted-metrics.ts';

/** A metric as the template names it: in the shape in which functions write theirs. */
export type MonitoredMetric = Pick<EmittedMetric, 'namespace' | 'name' | 'dimensions'> & { readonly by: string };

type Dimensions = readonly { readonly Name: string; readonly Value: unknown }[];
type AlarmMetric = { readonly Namespace: string; readonly MetricName: string; readonly Dimensions?: Dimensions };
export type AlarmProperties = Partial<AlarmMetric> & {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions?: readonly unknown[];
  readonly Threshold?: number;
  readonly TreatMissingData?: string;
  readonly ComparisonOperator?: string;
  readonly AlarmRule?: { readonly 'Fn::Join': readonly [string, readonly (string | { readonly Ref: string })[]] };
  readonly Metrics?: readonly {
    readonly MetricStat?: { readonly Metric: AlarmMetric };
    readonly Expression?: string;
  }[];
};

/** What an alarm is set on, one or several. */
export function metricsOfAlarm(alarm: AlarmProperties): readonly MonitoredMetric[] {
  const { AlarmName: by, Namespace = '', MetricName, Dimensions = [], Metrics = [] } = alarm;
  const own = MetricName === undefined ? [] : [{ Namespace, MetricName, Dimensions }];
  const stated = [
    ...own,
    ...Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric])),
  ];
  return stated.map((metric) => ({
    by,
    namespace: metric.Namespace,
    name: metric.MetricName,
    dimensions: sorted((metric.Dimensions ?? []).map(({ Name, Value }) => [Name, textOf(Value)])),
  }));
}

type DashboardBody = {
  readonly widgets: readonly {
    readonly properties: { readonly title: string; readonly metrics: readonly (readonly unknown[])[] };
  }[];
};

/** What the dashboard shows, but for its expressions. */
export function metricsOfDashboard(body: string): readonly MonitoredMetric[] {
  const { widgets }: DashboardBody = JSON.parse(body);
  return widgets.flatMap(({ properties: { title, metrics } }) =>
    metrics.flatMap((entry) => {
      const texts = entry.filter((part): part is string => typeof part === 'string');
      const [namespace, name, ...rest] = texts;
      if (namespace === undefined || name === undefined) return [];
      const pairs = rest.flatMap((text, at) => (at % 2 === 0 ? [[text, rest[at + 1] ?? ''] as const] : []));
      return [{ by: title, namespace, name, dimensions: sorted(pairs) }];
    }),
  );
}

function sorted(dimensions: MonitoredMetric['dimensions']): MonitoredMetric['dimensions'] {
  return dimensions.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** Of a table that is named by reference, what the reference is. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
