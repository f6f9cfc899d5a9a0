import { setTimeout as pause } from 'node:timers/promises';
import { ConnectionReset } from '../http/connection-reset.ts';
import { type ServiceCall, ServiceError } from '../service.ts';
import type { ServiceName } from './deferred-services.ts';

/** How a call breaks. AWS and the network have each of these faults. */
export type Fault =
  /** The service refuses with its own throttling error; nothing happens. */
  | 'throttle'
  /** The service answers 503; nothing happens. */
  | 'unavailable'
  /** The operation takes effect, and the connection is reset before the answer. */
  | 'loseResponse'
  /** The connection is reset before anything happens. */
  | 'dropRequest'
  /** The operation takes effect after so many milliseconds of real time. */
  | { readonly slowMs: number }
  /** The operation takes effect once this promise has resolved. */
  | { readonly heldUntil: PromiseLike<unknown> }
  /** The service refuses with this error; nothing happens. */
  | { readonly code: string; readonly statusCode: number };

/** Which calls break. A criterion that is left out matches everything. */
export type Breakage = {
  readonly service: ServiceName;
  readonly action?: string;
  /** A part of the signer's ARN, for example the name of a function's role. */
  readonly caller?: string;
  /** A test of the input in the shape of the AWS API, for calls that names alone do not tell apart. */
  readonly where?: (input: ServiceCall['input']) => boolean;
  /** How many calls break before the service works again; `Infinity` for all until `mend` is called. */
  readonly times: number;
  readonly how: Fault;
};

export type Break = {
  /** How many calls the breakage has broken so far. */
  readonly hits: () => number;
  /** Lets every further call through. */
  mend(): void;
};

export type Faults = {
  /** Breaks the next calls that match. Where several breakages match a call, the oldest applies. */
  breakNext(breakage: Breakage): Break;
};

export type FaultyCall = { readonly service: ServiceName; readonly action: string; readonly call: ServiceCall };

export type FaultGate = Faults & {
  /** Lets a call through to its service, or breaks it. */
  pass<Answer>(asked: FaultyCall, run: () => Promise<Answer>): Promise<Answer>;
};

/**
 * Breaks calls on purpose, for tests and demonstrations of how the broker copes. The gate sits between the wire and
 * every service of the stack, behind the signature check: work that the stack itself does for a function (polling a
 * queue, sending to a failure destination) never breaks, and a refused call leaves no CloudTrail record. One exception:
 * handing a batch of stream records to a function is a call of the service `lambda`, action `InvokeWithStreamBatch`,
 * with the function's role as the caller and the event as the input. If it is refused, the batch is handed over later;
 * with a lost response, twice.
 */
export function createFaults(): FaultGate {
  const planned: { readonly breakage: Breakage; hits: number; left: number }[] = [];
  return {
    breakNext(breakage) {
      const plan = { breakage, hits: 0, left: breakage.times };
      planned.push(plan);
      return {
        hits: () => plan.hits,
        mend: () => {
          plan.left = 0;
        },
      };
    },
    async pass(asked, run) {
      const plan = planned.find(({ breakage, left }) => left > 0 && matches(breakage, asked));
      if (plan === undefined) return run();
      plan.left -= 1;
      plan.hits += 1;
      return broken(plan.breakage.how, asked.service, run);
    },
  };
}

/** The throttling error of each service, as in its API reference; all but two have status 400. */
const THROTTLED: Readonly<Record<ServiceName, string>> = {
  sts: 'Throttling',
  iam: 'Throttling',
  dynamodb: 'ThrottlingException',
  events: 'ThrottlingException',
  kms: 'ThrottlingException',
  cloudtrail: 'ThrottlingException',
  sqs: 'RequestThrottled',
  lambda: 'TooManyRequestsException',
  s3: 'SlowDown',
};
const THROTTLED_STATUS: Partial<Record<ServiceName, number>> = { lambda: 429, s3: 503 };

async function broken<Answer>(how: Fault, service: ServiceName, run: () => Promise<Answer>): Promise<Answer> {
  switch (how) {
    case 'throttle':
      throw new ServiceError(THROTTLED[service], THROTTLED_STATUS[service] ?? 400, 'throttled on purpose');
    case 'unavailable':
      throw new ServiceError('ServiceUnavailable', 503, 'unavailable on purpose');
    case 'dropRequest':
      throw new ConnectionReset();
    case 'loseResponse':
      await run();
      throw new ConnectionReset();
    default:
      if ('code' in how) throw new ServiceError(how.code, how.statusCode, 'refused on purpose');
      await ('heldUntil' in how ? how.heldUntil : pause(how.slowMs, undefined, { ref: false }));
      return run();
  }
}

function matches({ service, action, caller, where }: Breakage, asked: FaultyCall): boolean {
  return (
    service === asked.service &&
    (action === undefined || action === asked.action) &&
    (caller === undefined || asked.call.caller.principalArn.includes(caller)) &&
    (where === undefined || where(asked.call.input))
  );
}
