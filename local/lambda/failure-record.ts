import type { InvocationOutcome } from './function-worker.ts';

/** The facts of the function and its attempts that every record of a failure has. */
export type FailedAttempts = {
  readonly requestId: string;
  /** The function's ARN; for an asynchronous invocation, with its qualifier. */
  readonly functionArn: string;
  readonly condition: string;
  readonly invokeCount: number;
  /** The last answer; none if the event was too old before its first attempt. */
  readonly lastOutcome?: InvocationOutcome;
  readonly atMs: number;
};

export type FailedInvocation = FailedAttempts & {
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  /** JSON text. */
  readonly requestPayload: string;
};

/**
 * The record that Lambda sends to an on-failure destination, as JSON text: the whole request with the function's last
 * answer. Shape: Lambda Developer Guide, "Capturing records of asynchronous invocations".
 */
export function failureRecord(failed: FailedInvocation): string {
  const { lastOutcome } = failed;
  return JSON.stringify({
    ...failureContext(failed),
    requestPayload: JSON.parse(failed.requestPayload),
    ...(lastOutcome !== undefined && { responsePayload: JSON.parse(lastOutcome.payload) }),
  });
}

/** The members that failure records share, whatever the kind of invocation. */
export function failureContext({ lastOutcome, ...failed }: FailedAttempts) {
  return {
    version: '1.0',
    timestamp: new Date(failed.atMs).toISOString(),
    requestContext: {
      requestId: failed.requestId,
      functionArn: failed.functionArn,
      condition: failed.condition,
      approximateInvokeCount: failed.invokeCount,
    },
    ...(lastOutcome !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(lastOutcome.functionError !== undefined && { functionError: lastOutcome.functionError }),
      },
    }),
  };
}
