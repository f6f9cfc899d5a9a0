import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * Writes one structured line and one count for each thing that happens to a request or an issuance. The fields are a
 * closed set of identifiers, codes and numbers. There is no place for a credential, an external ID, an input or a
 * policy.
 */
export type Transition = {
  readonly transition: string;
  readonly requestId?: string;
  readonly issuanceId?: string;
  readonly requester?: string;
  readonly tenantId?: string;
  readonly accountId?: string;
  readonly job?: string;
  readonly state?: string;
  readonly attempt?: number;
  readonly call?: number;
  readonly code?: string;
  readonly explanation?: string;
  readonly sessionName?: string;
  readonly accessKeyId?: string;
  readonly stsRequestId?: string;
  readonly messageId?: string;
  readonly receiveCount?: number;
  /** For a call of a function URL: its route, the principal that signed it, and Lambda's id of the invocation. */
  readonly route?: string;
  readonly caller?: string;
  readonly correlationId?: string;
  /**
   * For a schedule: the time that names its window, the requests put on the bus, and the due tenants that were given
   * up.
   */
  readonly schedule?: string;
  readonly window?: string;
  readonly sent?: number;
  readonly left?: number;
};

export type TransitionLog = {
  transition(line: Transition): void;
};

/**
 * Writes to the function's log and counts in CloudWatch's embedded metric format. The counts are by transition and,
 * where there is a code, also by transition and code, because an alarm cannot add up codes that it does not know.
 */
export function makeTransitionLog({
  logLevel,
}: {
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
}): TransitionLog {
  const logger = new Logger({ logLevel });
  const metrics = new Metrics();
  // One counter for each transition, of which there is a closed set, because making one costs more processor time than
  // writing the line.
  const counters = new Map<string, Metrics>();
  const counterOf = (transition: string) => {
    const made = counters.get(transition) ?? metrics.singleMetric().setDefaultDimensions({ transition });
    counters.set(transition, made);
    return made;
  };
  return {
    transition(line) {
      logger.info(line.transition, { ...line });
      const counter = counterOf(line.transition);
      // The empty set of dimensions beside that of the code gives the count by transition alone.
      if (line.code !== undefined) counter.addDimension('code', line.code).addDimensions({});
      // A single metric is written at once, and its code is then forgotten.
      counter.addMetric('Transitions', MetricUnit.Count, 1);
    },
  };
}
