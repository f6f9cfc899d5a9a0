import type { InvocationOutcome } from './function-worker.ts';

export type FailedInvocation = {
  readonly requestId: string;
  /** With its qualifier. */
  readonly functionArn: string;
  readonly condition: 'RetriesExhausted' | 'EventAgeExceeded';
  readonly invokeCount: number;
  /** JSON text. */
  readonly requestPayload: string;
  /** The last answer; there is none when the event was too old before its first attempt. */
  readonly lastOutcome?: InvocationOutcome;
  readonly atMs: number;
};

/**
 * What Lambda sends to an on-failure destination, as JSON text: the whole request with the function's last answer.
 * Shape: Lambda Developer Guide, "Capturing records of asynchronous invocations".
 */
export function failureRecord(failed: FailedInvocation): string {
  const { lastOutcome } = failed;
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date(failed.atMs).toISOString(),
    requestContext: {
      requestId: failed.requestId,
      functionArn: failed.functionArn,
      condition: failed.condition,
      approximateInvokeCount: failed.invokeCount,
    },
    requestPayload: JSON.parse(failed.requestPayload),
    ...(lastOutcome !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(lastOutcome.functionError !== undefined && { functionError: lastOutcome.functionError }),
      },
      responsePayload: JSON.parse(lastOutcome.payload),
    }),
  });
}
