/**
 * The form of every emulated AWS service: a function from an authenticated call to a plain answer, over state, clock
 * and ids that are given to it. A service knows nothing of HTTP; `local/http` translates each wire protocol to calls.
 */
import type { Caller } from './iam/caller.ts';

export type ServiceCall = {
  readonly caller: Caller;
  /** The operation's input in the shape of the AWS API (member names as in the SDK; blobs as `Uint8Array`). */
  readonly input: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  /** The region of the request's credential scope, which is the value of `aws:RequestedRegion`. */
  readonly region: string;
  readonly sourceIp: string;
  readonly userAgent: string;
};

/** The operation's output in the shape of the AWS API (dates as `Date`, blobs as `Uint8Array`). */
export type ServiceAnswer = Readonly<Record<string, unknown>>;
export type Service = (action: string, call: ServiceCall) => Promise<ServiceAnswer>;
export type ServiceActions = Readonly<Record<string, (call: ServiceCall) => Promise<ServiceAnswer> | ServiceAnswer>>;

/** An error that AWS would answer with: wire code, HTTP status and a message that a person can act on. */
export class ServiceError extends Error {
  readonly code: string;
  readonly statusCode: number;
  /** The members of the error's shape besides code and message, for example S3's `BucketRegion`. */
  readonly details: Readonly<Record<string, string>>;
  constructor(code: string, statusCode: number, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.statusCode = statusCode;
    this.details = details;
  }
}

/** Makes a service from a table of actions; any other action is refused as AWS refuses it. */
export function serviceOf(actions: ServiceActions): Service {
  const table = new Map(Object.entries(actions));
  return async (action, call) => {
    const run = table.get(action);
    if (run === undefined) {
      throw new ServiceError('UnknownOperationException', 400, `the embedded stack does not implement ${action}`);
    }
    return run(call);
  };
}
