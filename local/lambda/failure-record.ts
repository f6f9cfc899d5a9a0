import type { InvocationOutcome } from './function-worker.ts';

/** What every record of a failure tells of the function and its attempts. */
export type FailedAttempts = {
  readonly requestId: string;
  /** Of an asynchronous invocation with its qualifier. */
  readonly functionArn: string;
  readonly condition: string;
  readonly invokeCount: number;
  /** The last answer; there is none of what was too old before its first attempt. */
  readonly lastOutcome?: InvocationOutcome;
  readonly atMs: number;
};

export type FailedInvocation = FailedAttempts & {
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  /** JSON text. */
  readonly requestPayload: string;
};

/**
 * What Lambda sends to an on-failure destination, as JSON text: the whole request with the function's last answer.
 * Shape: Lambda Developer Guide, "Capturing records of asynchronous invocations".
 */
export function failureRecord(failed: FailedInvocation): string {
  const { lastOutcome } = failed;
  return JSON.stringify({
    ...failureContext(failed),
    requestPayload: JSON.parse(failed.requestPayload),
    ...(lastOutcome !== undefined && { responsePayload: JSON.parse(lastOutcome.payload) }),
  });
}

/** The members that the records of all kinds of invocations share. */
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
