import { membersOf, textAt, type XmlElement } from '../../../config/deploy/xml-element.ts';
import type { Ground } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { told } from '../outcome.ts';
import { callQuery, cloudWatchIn, type QueryParameters } from '../query-call.ts';

const NAMESPACE = 'CredentialBrokerLive';
const WAIT_MS = 180_000;
const LOOK_EACH_MS = 15_000;

/** Whether the alarms of the template hear what the functions count. */
export const alarmChecks: readonly LiveCheck[] = [
  {
    name: 'metric-dimensions',
    question: 'Does an alarm hear a metric that was put with more dimensions than the alarm names?',
    documents: 'Each combination of dimensions is a metric of its own; custom metrics are not summed over.',
    asked: 'One value with two dimensions; an alarm on both of them and one on the first alone.',
    expected: 'both: ALARM · the first alone: OK',
    means: 'Alarms name every dimension that the functions put; heard by fewer, that care would be needless.',
    needsAws: 'it has no CloudWatch',
    async ask(ground) {
      const both = await makeAlarm(ground, 'both', ['service', 'transition']);
      const first = await makeAlarm(ground, 'first', ['service']);
      await call(ground, {
        Action: 'PutMetricData',
        Namespace: NAMESPACE,
        'MetricData.member.1.MetricName': metricOf(ground),
        'MetricData.member.1.Value': '1',
        ...dimensions('MetricData.member.1.Dimensions', ['service', 'transition']),
      });
      const untilMs = ground.nowMs() + WAIT_MS;
      while ((await stateOf(ground, both)) !== 'ALARM' && ground.nowMs() < untilMs) await ground.pass(LOOK_EACH_MS);
      return told({ both: await stateOf(ground, both), 'the first alone': await stateOf(ground, first) });
    },
  },
];

async function makeAlarm(ground: Ground, name: string, named: readonly string[]): Promise<string> {
  const AlarmName = `cb-live-${ground.suffix}-${name}`;
  await call(ground, {
    Action: 'PutMetricAlarm',
    AlarmName,
    Namespace: NAMESPACE,
    MetricName: metricOf(ground),
    Statistic: 'Sum',
    Period: '60',
    EvaluationPeriods: '1',
    Threshold: '1',
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    ...dimensions('Dimensions', named),
  });
  ground.removals.add(`alarm ${AlarmName}`, () =>
    call(ground, { Action: 'DeleteAlarms', 'AlarmNames.member.1': AlarmName }),
  );
  return AlarmName;
}

async function stateOf(ground: Ground, name: string): Promise<string> {
  const answer = await call(ground, { Action: 'DescribeAlarms', 'AlarmNames.member.1': name });
  const [alarm] = membersOf(answer, 'MetricAlarms');
  return textAt(alarm, 'StateValue') ?? 'no alarm';
}

function dimensions(prefix: string, names: readonly string[]): Readonly<Record<string, string>> {
  const members = names.flatMap((name, index) => [
    [`${prefix}.member.${index + 1}.Name`, name],
    [`${prefix}.member.${index + 1}.Value`, 'live'],
  ]);
  return Object.fromEntries(members);
}

/** A name of its own in each run: metrics cannot be removed, they are forgotten after fifteen months. */
function metricOf({ suffix }: Ground): string {
  return `Checked-${suffix}`;
}

function call(ground: Ground, parameters: QueryParameters): Promise<XmlElement> {
  return callQuery(cloudWatchIn(ground.region), ground.accounts.broker, parameters);
}
