import type { ErrorCode } from '../../lib/errors.ts';
import type { TemplateValue } from '../template/template-value.ts';
import { ALARMS_TOPIC, type Alarm, alarmId, type MeasuredMetric } from './alarm.ts';
import { type Deployed, issuanceCount, type Metric, prefixOf, queueMetric, transitionCount } from './metric.ts';
import { runbookLink } from './runbook.ts';

const FIVE_MINUTES = 300;
const FIFTEEN_MINUTES = 900;

const count = (metric: Metric): MeasuredMetric => ({ metric, statistic: 'Sum' });

/** Alarms on sessions issued too late, not at all or to the wrong caller, and the parts of the composite alarm. */
export function issuingAlarms(deployed: Deployed): readonly Alarm[] {
  return [
    requestsOld(deployed),
    noneIssued(deployed),
    keyUnusable(deployed),
    tablesUnusable(deployed),
    refusals(deployed),
    denials(deployed),
    unknownOutcomes(deployed),
  ];
}

/** The longest back-off is a quarter of an hour, so a request older than twice that was tried and did not finish. */
function requestsOld(deployed: Deployed): Alarm {
  return {
    name: 'requests-old',
    meaning: 'A request has waited for half an hour: the queue is not worked off, or what it needs cannot be had.',
    runbook: 'one-tenant-floods',
    watches: {
      metric: queueMetric({ queue: 'requests', name: 'ApproximateAgeOfOldestMessage' }, deployed),
      statistic: 'Maximum',
    },
    periodSeconds: FIVE_MINUTES,
    rings: 'atLeast',
    threshold: 1_800,
  };
}

function noneIssued(deployed: Deployed): Alarm {
  const of = (type: 'intended' | 'issued') => count(issuanceCount({ service: 'issue-credentials', type }, deployed));
  return {
    name: 'none-issued',
    meaning: 'Of five intents or more in a quarter of an hour, none led to a session.',
    runbook: 'sts-throttled',
    watches: {
      metrics: { intended: of('intended'), issued: of('issued') },
      expression: 'IF(FILL(issued, 0) < 1, intended, 0)',
      label: 'Intents, where nothing was issued',
    },
    periodSeconds: FIFTEEN_MINUTES,
    rings: 'atLeast',
    threshold: 5,
    isPart: true,
  };
}

function keyUnusable(deployed: Deployed): Alarm {
  const code: ErrorCode = 'seal.failed';
  return {
    name: 'envelopes-not-sealed',
    meaning: 'No data key could be had for envelopes: is the envelope key disabled, or does its policy leave us out?',
    runbook: 'key-disabled',
    watches: {
      metric: issuanceCount({ service: 'issue-credentials', type: 'released', code }, deployed),
      statistic: 'Sum',
    },
    periodSeconds: FIVE_MINUTES,
    rings: 'atLeast',
    threshold: 3,
  };
}

function tablesUnusable(deployed: Deployed): Alarm {
  const code: ErrorCode = 'store.unavailable';
  return {
    name: 'tables-unusable',
    meaning: 'Requests go back to the queue because a table cannot be read or written: nothing is issued unrecorded.',
    runbook: 'table-unavailable',
    watches: {
      metric: transitionCount({ service: 'issue-credentials', transition: 'message.again', code }, deployed),
      statistic: 'Sum',
    },
    periodSeconds: FIVE_MINUTES,
    rings: 'atLeast',
    threshold: 5,
  };
}

function refusals(deployed: Deployed): Alarm {
  const of = (service: 'issue-credentials' | 'vend-credentials', decision: 'refused' | 'allowed') =>
    count(transitionCount({ service, transition: `request.${decision}` }, deployed));
  return {
    name: 'many-refusals',
    meaning:
      'More than a fifth of the requests are refused: something changed with a requester, or somebody is trying.',
    runbook: 'one-tenant-floods',
    watches: {
      metrics: {
        refused: of('issue-credentials', 'refused'),
        allowed: of('issue-credentials', 'allowed'),
        callersRefused: of('vend-credentials', 'refused'),
        callersAllowed: of('vend-credentials', 'allowed'),
      },
      expression: shareOf(['refused', 'callersRefused'], ['allowed', 'callersAllowed']),
      label: 'Refused requests, in percent',
    },
    periodSeconds: FIVE_MINUTES,
    rings: 'atLeast',
    threshold: 20,
  };
}

function denials(deployed: Deployed): Alarm {
  const of = (service: 'issue-credentials' | 'vend-credentials', type: 'denied' | 'issued') =>
    count(issuanceCount({ service, type }, deployed));
  return {
    name: 'many-denials',
    meaning:
      'STS denies more than a fifth of the sessions: of one tenant, its trust changed; of many, look at our own roles.',
    runbook: 'customer-changed-the-trust',
    watches: {
      metrics: {
        denied: of('issue-credentials', 'denied'),
        issued: of('issue-credentials', 'issued'),
        callersDenied: of('vend-credentials', 'denied'),
        callersIssued: of('vend-credentials', 'issued'),
      },
      expression: shareOf(['denied', 'callersDenied'], ['issued', 'callersIssued']),
      label: 'Denied sessions, in percent',
    },
    periodSeconds: FIVE_MINUTES,
    rings: 'atLeast',
    threshold: 20,
  };
}

/** The share in percent. There is no value below twenty in total: a share of a handful says little. */
function shareOf(some: readonly string[], others: readonly string[]): string {
  const [part, whole] = [some, [...some, ...others]].map((names) => `SUM([${names.join(', ')}])`);
  return `IF(${whole} >= 20, 100 * ${part} / ${whole}, 0)`;
}

function unknownOutcomes(deployed: Deployed): Alarm {
  return {
    name: 'outcome-unknown',
    meaning:
      'A job claimed its credentials and never reported: nobody knows what it did, and it is not run again by itself.',
    runbook: 'function-fails',
    watches: { metric: issuanceCount({ service: 'sweep-issuances', type: 'unknown' }, deployed), statistic: 'Sum' },
    periodSeconds: 60,
    rings: 'atLeast',
    threshold: 1,
  };
}

/**
 * One alarm for people who want to be woken by one alone: requests come, and no session is issued for any. Any of its
 * parts sets it off; the part that rings says where to begin.
 */
export function notIssuingResource(deployed: Deployed): Record<string, TemplateValue> {
  const parts = [requestsOld, noneIssued, keyUnusable, tablesUnusable].map((part) => part(deployed));
  const rule = parts.flatMap((part, index) => [`${index === 0 ? '' : ' OR '}ALARM("`, { Ref: alarmId(part) }, '")']);
  return {
    BrokerNotIssuingAlarm: {
      Type: 'AWS::CloudWatch::CompositeAlarm',
      Properties: {
        AlarmName: `${prefixOf(deployed)}-not-issuing`,
        AlarmDescription: `The broker is not issuing: ${parts.map(({ name, runbook }) => `${name} (${runbookLink(runbook)})`).join(', or ')}.`,
        AlarmRule: { 'Fn::Join': ['', rule] },
        AlarmActions: [ALARMS_TOPIC],
      },
    },
  };
}
