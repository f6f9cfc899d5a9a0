import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RUNBOOKS } from '../../config/alarms/runbook.ts';
import { packageStage } from '../../config/package/package-stage.ts';
import { isErrorCode } from '../../lib/errors.ts';
import { logAndCount } from '../../lib/job-runtime/log-and-count.ts';
import type { RunEvent } from '../../lib/job-runtime/run-event.ts';
import { jobCatalogue } from '../../lib/jobs/job-catalogue.ts';
import { TRAIL_TYPES } from '../../lib/ledger/trail.ts';
import { trustFindings } from '../../lib/onboarding/trust/trust-finding.ts';
import { makeStageDurations, STAGE_METRICS, type Stage } from '../../lib/platform/stage-durations.ts';
import { makeTransitionLog } from '../../lib/platform/transition-log.ts';
import { ROLE_STATUSES } from '../../lib/tenants/tenant.ts';
import { emittedMetrics } from '../support/emitted-metrics.ts';
import { type AlarmProperties, type MonitoredMetric, metricsOfAlarm, metricsOfDashboard } from './monitored-metrics.ts';
import { root, sourceFiles } from './source-files.ts';

type Resource = { readonly Type: string; readonly Properties: Record<string, unknown> };
type Lambda = {
  readonly FunctionName: string;
  readonly Timeout: number;
  readonly Environment: { readonly Variables: Record<string, string> };
};

let resources: Record<string, Resource>;
let alarms: readonly AlarmProperties[];
let monitored: readonly MonitoredMetric[];

function propertiesOf<Properties>(type: string): readonly Properties[] {
  return Object.values(resources).flatMap((one) => (one.Type === type ? [one.Properties as Properties] : []));
}

beforeAll(async () => {
  const { templatePath } = await packageStage({ stage: 'local', log: () => undefined });
  ({ Resources: resources } = JSON.parse(readFileSync(templatePath, 'utf8')));
  alarms = [
    ...propertiesOf<AlarmProperties>('AWS::CloudWatch::Alarm'),
    ...propertiesOf<AlarmProperties>('AWS::CloudWatch::CompositeAlarm'),
  ];
  const [dashboard] = propertiesOf<{ DashboardBody: string }>('AWS::CloudWatch::Dashboard');
  monitored = [...alarms.flatMap(metricsOfAlarm), ...metricsOfDashboard(dashboard?.DashboardBody ?? '{}')];
});
afterAll(() => vi.unstubAllEnvs());

/** `credential-broker-local-x` → `x`. */
function short(name: unknown): string {
  return String(name).replace('credential-broker-local-', '');
}

describe('the alarms of the packaged template', () => {
  it('have names of their own, and all but the parts of another call the one topic', () => {
    expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length);
    expect(propertiesOf('AWS::SNS::Topic')).toHaveLength(1);
    const quiet = alarms.filter(({ AlarmActions }) => JSON.stringify(AlarmActions) !== '[{"Ref":"AlarmsTopic"}]');
    expect(quiet.map(({ AlarmName }) => short(AlarmName))).toEqual(['none-issued']);
    const [composite] = propertiesOf<AlarmProperties>('AWS::CloudWatch::CompositeAlarm');
    expect(JSON.stringify(composite?.AlarmRule)).toContain('NoneIssuedAlarm');
  });

  it('each say what they mean, and lead to a runbook that there is', () => {
    const headings = readFileSync(path.join(root, 'docs/operations.md'), 'utf8').matchAll(/^## (.+)$/gm);
    const sections = new Set([...headings].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')));
    expect(RUNBOOKS.filter((runbook) => !sections.has(runbook))).toEqual([]);
    for (const { AlarmName, AlarmDescription } of alarms) {
      const links = [...AlarmDescription.matchAll(/docs\/operations\.md#([a-z-]+)/g)].map(([, anchor = '']) => anchor);
      expect(links.length, AlarmName).toBeGreaterThan(0);
      expect(
        links.filter((anchor) => !sections.has(anchor)),
        AlarmName,
      ).toEqual([]);
      expect(AlarmDescription.length, AlarmName).toBeGreaterThan(60);
      // CloudWatch takes no more. Source: CloudWatch API Reference, PutMetricAlarm.
      expect(AlarmDescription.length, AlarmName).toBeLessThanOrEqual(1_024);
    }
  });

  it('ring for silence exactly where something must come again and again', () => {
    for (const { AlarmName, ComparisonOperator, TreatMissingData } of alarms) {
      if (TreatMissingData === undefined) continue;
      expect(TreatMissingData, AlarmName).toBe(ComparisonOperator?.startsWith('Less') ? 'breaching' : 'notBreaching');
    }
    const silent = alarms.filter(({ TreatMissingData }) => TreatMissingData === 'breaching');
    expect(silent.map(({ AlarmName }) => short(AlarmName)).sort()).toEqual([
      'correlate-cloudtrail-silent',
      'digest-late',
      'fan-out-schedule-silent',
      'sweep-issuances-silent',
      'verify-trust-silent',
    ]);
  });

  it('watch every function: that it fails, and that it nearly runs out of time', () => {
    const named = new Map(alarms.map((alarm) => [short(alarm.AlarmName), alarm]));
    const functions = propertiesOf<Lambda>('AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(10);
    for (const { FunctionName, Timeout } of functions) {
      const name = short(FunctionName);
      const errors = named.get(name === 'correlate-cloudtrail' ? 'correlation-errors' : `${name}-errors`);
      expect(errors, name).toMatchObject({ MetricName: 'Errors', Dimensions: [{ Value: FunctionName }] });
      const slow = named.get(`${name}-slow`);
      expect(slow, name).toMatchObject({ MetricName: 'Duration', Dimensions: [{ Value: FunctionName }] });
      expect(slow?.Threshold, name).toBe(Timeout * 950);
    }
  });

  it('watch every table and every dead-letter queue', () => {
    const named = new Set(alarms.map(({ AlarmName }) => short(AlarmName)));
    for (const { TableName } of propertiesOf<{ TableName: string }>('AWS::DynamoDB::Table')) {
      expect(named).toContain(`${short(TableName)}-throttled`);
    }
    for (const queue of ['requests-dlq', 'rule-dlq', 'job-failures', 'observations-dlq'])
      expect(named).toContain(queue);
  });

  it('make one of those that mean that nothing is issued, by reference, so that they exist before it', () => {
    const [composite] = propertiesOf<AlarmProperties>('AWS::CloudWatch::CompositeAlarm');
    const [separator, parts] = composite?.AlarmRule?.['Fn::Join'] ?? ['', []];
    const rule = parts.map((part) => {
      return typeof part === 'string' ? part : short(resources[part.Ref]?.Properties['AlarmName']);
    });
    expect(rule.join(separator)).toBe(
      'ALARM("requests-old") OR ALARM("none-issued") OR ALARM("envelopes-not-sealed") OR ALARM("tables-unusable")',
    );
  });
});

/** What the function of a metric really writes: its own code is run, under its own name and namespace. */
function emittedLike(metric: MonitoredMetric) {
  const { service = '' } = Object.fromEntries(metric.dimensions);
  const [lambda] = propertiesOf<Lambda>('AWS::Lambda::Function').filter(
    ({ Environment }) => Environment.Variables['POWERTOOLS_SERVICE_NAME'] === service,
  );
  for (const [key, value] of Object.entries(lambda?.Environment.Variables ?? {})) {
    if (key.startsWith('POWERTOOLS_')) vi.stubEnv(key, value);
  }
  return emittedMetrics(() => write(metric));
}

function write({ name, dimensions }: MonitoredMetric): void {
  const { service = '', transition, code = 'internal' } = Object.fromEntries(dimensions);
  if (transition !== undefined) makeTransitionLog({ logLevel: 'ERROR' }).transition({ transition, code });
  else if (jobCatalogue.has(service)) writeRun(service);
  else writeStage(name);
}

function writeStage(name: string): void {
  const stages = makeStageDurations({ clock: { nowMs: () => 0 } });
  for (const stage of STAGES) if (STAGE_METRICS[stage] === name) stages.note(stage, 1);
  stages.publish();
}

const STAGES = Object.keys(STAGE_METRICS) as readonly Stage[];

function writeRun(job: string): void {
  const silent = () => undefined;
  const observe = logAndCount(job, {
    logger: { info: silent, warn: silent },
    metrics: new Metrics({ serviceName: job }),
  });
  for (const event of RUN_EVENTS) observe(event, undefined);
}

const RUN_EVENTS: readonly RunEvent[] = [
  { event: 'claim.refused', because: 'conditionFailed' },
  { event: 'run.notStarted', code: 'envelope.invalid' },
  { event: 'run.completed' },
  { event: 'run.failed', code: 'internal', name: 'Error', frames: [] },
  { event: 'report.notWritten', because: 'store.unavailable' },
];

/** Transitions that are put together in the code; the others stand in it as they are. */
const MADE: ReadonlySet<string> = new Set([
  ...TRAIL_TYPES.map((type) => `issuance.${type}`),
  ...['allowed', 'refused'].map((decision) => `request.${decision}`),
  ...ROLE_STATUSES.map((status) => `role.${status}`),
]);

describe('what alarms and dashboard go by', () => {
  const ours = () => monitored.filter(({ namespace }) => !namespace.startsWith('AWS/'));

  it('is written by a function of this deployment, with exactly these dimensions', () => {
    expect(ours().length).toBeGreaterThan(60);
    for (const metric of ours()) {
      const { by, namespace, name, dimensions } = metric;
      const written = emittedLike(metric).map((one) => [one.namespace, one.name, one.dimensions]);
      expect(written, `${by}: ${name}`).toContainEqual([namespace, name, dimensions]);
    }
  });

  it('is a transition and a code that the code has', () => {
    const product = sourceFiles('lib/**/*.ts');
    for (const { by, dimensions } of ours()) {
      const { transition, code } = Object.fromEntries(dimensions);
      if (transition === undefined) continue;
      const written = MADE.has(transition) || product.some(({ text }) => text.includes(`'${transition}'`));
      expect(written, `${by}: ${transition}`).toBe(true);
      if (code !== undefined) expect(isErrorCode(code) || Object.hasOwn(trustFindings, code), by).toBe(true);
    }
  });

  it('is measured by the function that has the stage', () => {
    const places: Readonly<Record<string, string>> = {
      'issue-credentials': 'lib/broker/broker-on-aws.ts',
      'vend-credentials': 'lib/vending/vending-on-aws.ts',
      'archive-audit': 'lib/audit/archive/archive-on-aws.ts',
    };
    for (const { by, name, dimensions } of ours().filter((metric) => metric.name.endsWith('Duration'))) {
      const [[, service = ''] = []] = dimensions;
      const [place] = sourceFiles(places[service] ?? '');
      expect(place?.text, `${by}: ${name}`).toContain('makeStageDurations');
      const ofJobs = ['ClaimDuration', 'RunDuration'].includes(name);
      expect(ofJobs, `${by}: ${name}`).toBe(service === 'archive-audit');
    }
  });

  it('is of a function, a queue, a table or a rule that is deployed', () => {
    const deployed: Readonly<Record<string, readonly unknown[]>> = {
      FunctionName: propertiesOf<{ FunctionName: string }>('AWS::Lambda::Function').map((one) => one.FunctionName),
      QueueName: propertiesOf<{ QueueName: string }>('AWS::SQS::Queue').map((one) => one.QueueName),
      RuleName: propertiesOf<{ Name?: string }>('AWS::Events::Rule').map((one) => one.Name),
      TableName: [
        '{"Ref":"LedgerTable"}',
        ...propertiesOf<{ TableName: string }>('AWS::DynamoDB::Table').map((one) => one.TableName),
      ],
    };
    for (const { by, namespace, dimensions } of monitored.filter((metric) => metric.namespace.startsWith('AWS/'))) {
      for (const [name, value] of dimensions.filter(([one]) => one !== 'Operation')) {
        expect(deployed[name], `${by}: ${namespace} ${name}`).toContain(value);
      }
    }
  });

  it('shows the whole way on the dashboard, in the home region', () => {
    const [dashboard] = propertiesOf<{ DashboardBody: string }>('AWS::CloudWatch::Dashboard');
    const { widgets } = JSON.parse(dashboard?.DashboardBody ?? '{}');
    const [funnel] = widgets;
    const labels = funnel.properties.metrics.map((entry: { label: string }[]) => entry.at(-1)?.label);
    expect(labels).toEqual(['requests', 'refused', 'decided: allowed', 'intended', 'issued', 'claimed', 'reported']);
    for (const { properties } of widgets) expect(properties.region).toBe('eu-west-1');
  });
});
