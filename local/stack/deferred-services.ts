import type { Protocol } from '../http/codec.ts';
import { ConnectionReset } from '../http/connection-reset.ts';
import type { ServedServices } from '../http/route.ts';
import { type Service, type ServiceCall, ServiceError } from '../service.ts';
import { createFaults, type FaultGate } from './faults.ts';

/** Every service of the stack by signing name, with the wire protocol that its clients speak. */
const protocols = {
  sts: 'query',
  iam: 'query',
  dynamodb: 'json-1.0',
  events: 'json-1.1',
  kms: 'json-1.1',
  cloudtrail: 'json-1.1',
  sqs: 'json-1.0',
  lambda: 'lambda',
  s3: 's3',
} as const satisfies Readonly<Record<string, Protocol>>;

export type ServiceName = keyof typeof protocols;
export type StackServices = Readonly<Record<ServiceName, Service>>;

/**
 * One call to a service over the wire, once it is answered. `errorCode` is set where the answer is an error, and is
 * `ConnectionReset` where there is no answer.
 */
export type AnsweredCall = {
  readonly service: ServiceName;
  readonly action: string;
  readonly call: ServiceCall;
  readonly errorCode?: string;
};

export type DeferredServices = {
  readonly served: ServedServices;
  provide(services: StackServices): void;
};

/**
 * The services before they exist: queue URLs in the template contain the endpoint, so the port is bound first and
 * everything else is built after it. A request that arrives in between is told to try again.
 */
export function createDeferredServices(
  onAnswered: (call: AnsweredCall) => void,
  faults: Pick<FaultGate, 'pass'> = createFaults(),
): DeferredServices {
  let built: StackServices | undefined;
  function deferred(service: ServiceName): Service {
    return async (action, call) => {
      const run = built?.[service];
      if (run === undefined) throw new ServiceError('ServiceUnavailable', 503, 'the embedded stack is starting');
      try {
        const answer = await faults.pass({ service, action, call }, () => run(action, call));
        onAnswered({ service, action, call });
        return answer;
      } catch (error) {
        onAnswered({ service, action, call, errorCode: errorCodeOf(error) });
        throw error;
      }
    };
  }
  return {
    served: {
      sts: { protocol: protocols.sts, service: deferred('sts') },
      iam: { protocol: protocols.iam, service: deferred('iam') },
      dynamodb: { protocol: protocols.dynamodb, service: deferred('dynamodb') },
      events: { protocol: protocols.events, service: deferred('events') },
      kms: { protocol: protocols.kms, service: deferred('kms') },
      cloudtrail: { protocol: protocols.cloudtrail, service: deferred('cloudtrail') },
      sqs: { protocol: protocols.sqs, service: deferred('sqs') },
      lambda: { protocol: protocols.lambda, service: deferred('lambda') },
      s3: { protocol: protocols.s3, service: deferred('s3') },
    },
    provide(services) {
      built = services;
    },
  };
}

function errorCodeOf(error: unknown): string {
  if (error instanceof ServiceError) return error.code;
  return error instanceof ConnectionReset ? error.name : 'InternalFailure';
}
