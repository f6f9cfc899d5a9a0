import type { TrailType } from '../../lib/ledger/trail.ts';
import { STAGE_METRICS, type Stage } from '../../lib/platform/stage-durations.ts';

/** One metric of CloudWatch. Alarms and the dashboard use these alone, so neither can name one that nobody writes. */
export type Metric = {
  readonly namespace: string;
  readonly name: string;
  /** In the order in which CloudWatch shows them. */
  readonly dimensions: readonly (readonly [name: string, value: string])[];
};

/** The functions that log what happens to requests and issuances. */
export type Service = 'issue-credentials' | 'vend-credentials' | 'sweep-issuances' | 'verify-trust' | 'archive-audit';

export type Deployed = { readonly stage: string };

/** The prefix of the deployment's resource names. */
export function prefixOf({ stage }: Deployed): string {
  return `credential-broker-${stage}`;
}

/** Each stage has its own namespace: a healthy stage must not hide that another one in the same account is silent. */
export function metricsNamespace({ stage }: Deployed): string {
  return `CredentialBroker/${stage}`;
}

/** The count that `makeTransitionLog` writes: of all of a transition, or of those with one code. */
export function transitionCount(
  of: { readonly service: Service; readonly transition: string; readonly code?: string },
  deployed: Deployed,
): Metric {
  const { service, transition, code } = of;
  return {
    namespace: metricsNamespace(deployed),
    name: 'Transitions',
    dimensions: [
      ['service', service],
      ['transition', transition],
      ...(code === undefined ? [] : [['code', code] as const]),
    ],
  };
}

/** The count of issuances in the ledger, by the last entry of their trail. */
export function issuanceCount(
  of: { readonly service: Service; readonly type: TrailType; readonly code?: string },
  deployed: Deployed,
): Metric {
  const { type, ...others } = of;
  return transitionCount({ ...others, transition: `issuance.${type}` }, deployed);
}

/** The duration that `makeStageDurations` measures. */
export function stageDuration(of: { readonly service: Service; readonly stage: Stage }, deployed: Deployed): Metric {
  const { service, stage } = of;
  return { namespace: metricsNamespace(deployed), name: STAGE_METRICS[stage], dimensions: [['service', service]] };
}

/** The count that a job writes of its runs; see `lib/job-runtime/log-and-count.ts`. */
export function runCount(
  of: { readonly job: string; readonly name: 'RunCompleted' | 'RunFailed' | 'ClaimRefused' | 'EnvelopeInvalid' },
  deployed: Deployed,
): Metric {
  return { namespace: metricsNamespace(deployed), name: of.name, dimensions: [['service', of.job]] };
}

/** A metric that Lambda writes of a function. */
export function lambdaMetric(
  of: { readonly functionName: string; readonly name: 'Invocations' | 'Errors' | 'Duration' },
  deployed: Deployed,
): Metric {
  const functionName = `${prefixOf(deployed)}-${of.functionName}`;
  return { namespace: 'AWS/Lambda', name: of.name, dimensions: [['FunctionName', functionName]] };
}

/** A metric that SQS writes of a queue. */
export function queueMetric(
  of: { readonly queue: string; readonly name: 'ApproximateAgeOfOldestMessage' | 'ApproximateNumberOfMessagesVisible' },
  deployed: Deployed,
): Metric {
  const queueName = `${prefixOf(deployed)}-${of.queue}`;
  return { namespace: 'AWS/SQS', name: of.name, dimensions: [['QueueName', queueName]] };
}

export const TABLES = ['tenants', 'switches', 'limits', 'ledger'] as const;
export type Table = (typeof TABLES)[number];

/**
 * A metric that DynamoDB writes of a table. Source: DynamoDB Developer Guide, Metrics and dimensions:
 * `ThrottledRequests` is counted by operation, and for a write also where an index throttled it; the throttle events
 * are counted by table alone.
 */
export function tableMetric(
  of: {
    readonly table: Table;
    readonly name: 'ReadThrottleEvents' | 'WriteThrottleEvents' | 'ThrottledRequests';
    readonly operation?: 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem';
  },
  deployed: Deployed,
): Metric {
  const { table, name, operation } = of;
  const tableName = `${prefixOf(deployed)}-${table}`;
  const dimensions: Metric['dimensions'] = [['TableName', tableName]];
  return {
    namespace: 'AWS/DynamoDB',
    name,
    dimensions: operation === undefined ? dimensions : [...dimensions, ['Operation', operation]],
  };
}
