import type { MeasuredMetric } from './alarm.ts';
import type { Metric } from './metric.ts';

/** Parts of a dashboard's body. Source: CloudWatch API Reference, Dashboard body structure and syntax. */
export type Widget = {
  readonly type: 'metric' | 'alarm' | 'text';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
};

/** A line or a bar: its label, and the metric that it shows. */
export type Shown = {
  readonly label: string;
  readonly metric: Metric;
  /** `p50` and `p99` are percentiles. */
  readonly statistic: MeasuredMetric['statistic'] | 'p50' | 'p99';
  readonly id?: string;
  readonly visible?: boolean;
};

export type Chart = {
  readonly title: string;
  readonly shows: readonly Shown[];
  /** An expression over the lines that have an id. */
  readonly expression?: { readonly expression: string; readonly label: string };
  readonly view: 'timeSeries' | 'bar' | 'singleValue';
  readonly periodSeconds: number;
  /** The unit of the vertical axis. */
  readonly unit: string;
  /** A line across the chart above which the value is too high. */
  readonly limit?: { readonly value: number; readonly label: string };
};

/** The properties of a chart's widget. */
export function chartProperties(chart: Chart, region: string): Widget['properties'] {
  const { title, shows, expression, view, periodSeconds, unit, limit } = chart;
  return {
    title,
    region,
    view,
    stacked: false,
    period: periodSeconds,
    // A bar or a number shows the total of the whole time range in view, not of its last period.
    ...(view === 'timeSeries' ? {} : { setPeriodToTimeRange: true }),
    ...(view === 'singleValue' ? {} : { yAxis: { left: { min: 0, label: unit, showUnits: false } } }),
    ...(limit === undefined ? {} : { annotations: { horizontal: [limit] } }),
    metrics: [...(expression === undefined ? [] : [[expression]]), ...shows.map(metricEntry)],
  };
}

function metricEntry({ metric, label, statistic, id, visible }: Shown): readonly unknown[] {
  const how = {
    label,
    stat: statistic,
    ...(id === undefined ? {} : { id }),
    ...(visible === undefined ? {} : { visible }),
  };
  return [metric.namespace, metric.name, ...metric.dimensions.flat(), how];
}
