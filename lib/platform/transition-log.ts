import { Console } from 'node:console';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { systemClock } from './clock.ts';

/**
 * One structured line and one count for each thing that happened to a request or an issuance. The fields are a closed
 * set: identifiers, codes, numbers. There is no place for a credential, an external ID, an input or a policy.
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
  /** Of a call of a function URL: its route, who signed it, and Lambda's id of the invocation. */
  readonly route?: string;
  readonly caller?: string;
  readonly correlationId?: string;
  /** Of a schedule: the time that names its window, requests put on the bus, and due tenants given up. */
  readonly schedule?: string;
  readonly window?: string;
  readonly sent?: number;
  readonly left?: number;
};

export type TransitionLog = {
  transition(line: Transition): void;
};

/**
 * Writes to the function's log and counts in CloudWatch's embedded metric format: by transition, and where there is a code
 * by transition and code as well, because an alarm cannot add up codes that it does not know.
 */
export function makeTransitionLog({
  logLevel,
}: {
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
}): TransitionLog {
  const logger = new Logger({ logLevel });
  const count = makeTransitionCount();
  return {
    transition(line) {
      logger.info(line.transition, { ...line });
      count(line);
    },
  };
}

/**
 * Powertools gives the form of a transition's count once, with or without a code; afterwards only the code and the time are
 * set. To have it make each line anew takes more processor than all that the ledger checks of an issuance.
 */
function makeTransitionCount(): (line: Pick<Transition, 'transition' | 'code'>) => void {
  // As Powertools writes: not by the runtime's own console, which would wrap the line.
  const out = new Console({ stdout: process.stdout, stderr: process.stderr });
  // Two for each transition, which are a closed set; no code is remembered.
  const forms = new Map<string, CountForm>();
  return ({ transition, code }) => {
    const key = code === undefined ? transition : `${transition} with code`;
    const form = forms.get(key) ?? countForm(transition, code);
    forms.set(key, form);
    const _aws = { ...form._aws, Timestamp: systemClock.nowMs() };
    out.log(JSON.stringify({ ...form, _aws, ...(code === undefined ? {} : { code }) }));
  };
}

type CountForm = ReturnType<Metrics['serializeMetrics']>;

function countForm(transition: string, code: string | undefined): CountForm {
  const metrics = new Metrics();
  metrics.setDefaultDimensions({ transition });
  // An empty set beside the one of the code: the count by transition alone.
  if (code !== undefined) metrics.addDimension('code', code).addDimensions({});
  metrics.addMetric('Transitions', MetricUnit.Count, 1);
  return metrics.serializeMetrics();
}
