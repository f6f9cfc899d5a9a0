import type { WorkerInvocation, WorkerStart } from './worker-messages.ts';

/** The second argument of a handler, as far as functions for nodejs24.x may rely on it (there are no callbacks). */
export type InvocationContext = {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Present only in a function that isolates its tenants. */
  readonly tenantId?: string;
  callbackWaitsForEmptyEventLoop: boolean;
  /** The real time left, whatever the stack's clock does. */
  getRemainingTimeInMillis(): number;
};

export function createInvocationContext(
  start: WorkerStart,
  invocation: WorkerInvocation,
  monotonicNowMs: () => number,
): InvocationContext {
  const deadlineMs = monotonicNowMs() + invocation.timeoutMs;
  return {
    functionName: start.functionName,
    functionVersion: '$LATEST',
    // With the qualifier of the invocation, if there was one. Source: Lambda Developer Guide, "Using the Lambda context
    // object".
    invokedFunctionArn: [start.functionArn, invocation.qualifier].filter((part) => part !== undefined).join(':'),
    memoryLimitInMB: String(start.memoryMegabytes),
    awsRequestId: invocation.requestId,
    logGroupName: start.logGroupName,
    logStreamName: start.logStreamName,
    // Source: Lambda Developer Guide, "Accessing tenant identifier in Lambda function code".
    ...(invocation.tenantId !== undefined && { tenantId: invocation.tenantId }),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadlineMs - monotonicNowMs())),
  };
}
