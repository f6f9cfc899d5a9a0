/**
 * The payloads that Lambda answers with, beside `FunctionError: Unhandled`, when a function throws, runs too long or
 * dies. Shapes as Lambda's managed Node.js runtimes answer them.
 */

const LARGEST_RESPONSE_BYTES = 6_291_556;

/** The payload that the runtime makes of a thrown value. */
export function thrownPayload(thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    return JSON.stringify({ errorType: typeof thrown, errorMessage: String(thrown), trace: [] });
  }
  const trace = (thrown.stack ?? '').split('\n');
  return JSON.stringify({ errorType: thrown.name, errorMessage: thrown.message, trace });
}

export function timedOutPayload(requestId: string, timeoutSeconds: number): string {
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
  return JSON.stringify({ errorType: 'Sandbox.Timedout', errorMessage });
}

/** @param cause `exit status 1`, `signal: killed`. */
export function exitedPayload(requestId: string, cause: string): string {
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${cause}`;
  return JSON.stringify({ errorType: 'Runtime.ExitError', errorMessage });
}

export function handlerNotFoundPayload(exportName: string): string {
  return JSON.stringify({
    errorType: 'Runtime.HandlerNotFound',
    errorMessage: `${exportName} is undefined or not exported`,
    trace: [],
  });
}

/** The handler's result as JSON text (`null` for no result), or Lambda's error for a result that it cannot return. */
export function answerOf(result: unknown): { readonly type: 'answered' | 'failed'; readonly payload: string } {
  let payload: string;
  try {
    payload = JSON.stringify(result) ?? 'null';
  } catch (error) {
    const errorMessage = `Unable to stringify response body: ${error instanceof Error ? error.message : String(error)}`;
    return { type: 'failed', payload: JSON.stringify({ errorType: 'Runtime.MarshalError', errorMessage, trace: [] }) };
  }
  if (Buffer.byteLength(payload) <= LARGEST_RESPONSE_BYTES) return { type: 'answered', payload };
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes).`;
  return { type: 'failed', payload: JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage }) };
}
