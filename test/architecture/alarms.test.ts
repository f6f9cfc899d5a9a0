import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isErrorCode } from '../../lib/errors.ts';
import { trustFindings } from '../../lib/onboarding/trust/trust-finding.ts';
import { root, sourceFiles } from './source-files.ts';

type Dimension = { readonly Name: string; readonly Value: string };
type Alarm = {
  readonly Type: string;
  readonly Properties: {
    readonly AlarmName: string;
    readonly AlarmDescription: string;
    /** Of an alarm on one metric. */
    readonly Dimensions?: readonly Dimension[];
    /** Of one on several. */
    readonly Metrics?: readonly {
      readonly Id: string;
      readonly Expression?: string;
      readonly MetricStat?: {
        readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly Dimension[] };
      };
    }[];
    readonly ComparisonOperator: string;
    readonly TreatMissingData: string;
  };
};

const all = globSync('config/resources/alarms*.yml', { cwd: root }).flatMap((file) => {
  // CloudFormation's short forms are no tags of YAML: `!Ref X` is read as the text X.
  const text = readFileSync(path.join(root, file), 'utf8').replaceAll('!Ref ', '');
  const { Resources }: { Resources: Record<string, Alarm> } = parse(text, { merge: true });
  return Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
});
const dimensionsOf = ({ Properties: { Dimensions = [] } }: Alarm) => Dimensions;
/** The others are on queues. */
const alarms = all.filter((alarm) => dimensionsOf(alarm).some(({ Name }) => Name === 'transition'));
const product = sourceFiles('lib/**/*.ts');

describe('the alarms', () => {
  it('are several, of both ways in where both can cause them', () => {
    expect(alarms.length).toBeGreaterThan(4);
    for (const transition of ['requester.breadthExceeded', 'breaker.opened']) {
      const services = alarms.flatMap((alarm) => {
        const values = dimensionsOf(alarm).map(({ Value }) => Value);
        return values.includes(transition) ? values.slice(0, 1) : [];
      });
      expect(services.sort()).toEqual(['issue-credentials', 'vend-credentials']);
    }
  });

  it('watch every queue of letters', () => {
    const queues = all.flatMap((alarm) =>
      dimensionsOf(alarm).flatMap(({ Name, Value }) => (Name === 'QueueName' ? [Value.replace(/^.*}-/, '')] : [])),
    );
    expect(queues.sort()).toEqual(['job-failures', 'observations-dlq', 'requests-dlq', 'rule-dlq']);
  });

  it('ring when what CloudTrail showed is dropped, because it may rest in no queue of letters', () => {
    const watched = all
      .filter(({ Properties: { AlarmName } }) => /-correlation-(?:dropped|rule-failed)$/.test(AlarmName))
      .flatMap((alarm) => dimensionsOf(alarm).map(({ Name, Value }) => `${Name} ${Value.replace(/^.*}-/, '')}`));
    expect(watched.sort()).toEqual(['FunctionName correlate-cloudtrail', 'RuleName assume-role']);
  });

  it('ring when the ledger is written to and its changes go nowhere', () => {
    const [stopped] = all.filter(({ Properties }) => Properties.AlarmName.endsWith('-archive-stopped'));
    const metrics = (stopped?.Properties.Metrics ?? []).map(({ Id, Expression, MetricStat }) => {
      const { MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
      return [Id, Expression ?? [MetricName, ...Dimensions.map(({ Value }) => Value)].join(' ')];
    });
    expect(metrics).toEqual([
      ['stopped', 'IF(FILL(puts, 0) + FILL(updates, 0) > 0 AND FILL(batches, 0) < 1, 1, 0)'],
      ['puts', 'SuccessfulRequestLatency LedgerTable PutItem'],
      ['updates', 'SuccessfulRequestLatency LedgerTable UpdateItem'],
      ['batches', `IteratorAge $\{self:custom.prefix}-archive-audit`],
    ]);
  });

  it.each(alarms.map(({ Properties }) => [Properties.AlarmName, Properties] as const))(
    '%s counts what a function says, under the codes that there are, and tells what to do',
    (_name, { Dimensions = [], AlarmDescription, ComparisonOperator, TreatMissingData }) => {
      const {
        service = '',
        transition = '',
        code,
        ...others
      } = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
      expect(others).toEqual({});
      expect(sourceFiles(`functions/${service}.ts`)).toHaveLength(1);
      expect(product.some((file) => file.text.includes(`'${transition}'`))).toBe(true);
      if (code !== undefined) expect(isErrorCode(code) || Object.hasOwn(trustFindings, code)).toBe(true);
      expect(AlarmDescription.length).toBeGreaterThan(60);
      // What must come again and again rings when it does not; nothing else rings for silence.
      expect(TreatMissingData).toBe(ComparisonOperator.startsWith('Less') ? 'breaching' : 'notBreaching');
    },
  );
});
