import * as v from 'valibot';
import { ApiError, type ClientErrorCode, clientError } from './api-error.ts';

/** The error shape of the API itself, and the shapes of the errors that AWS sends in front of a function URL. */
const ownError = v.object({
  error: v.object({ code: v.string(), message: v.string(), whatToDo: v.string() }),
  requestId: v.optional(v.string()),
});
const awsError = v.union([
  v.pipe(
    v.object({ Message: v.string() }),
    v.transform(({ Message }) => Message),
  ),
  v.pipe(
    v.object({ message: v.string() }),
    v.transform(({ message }) => message),
  ),
]);

/** Returns the JSON object that a function URL answered with. Throws `ApiError` for every other answer. */
export function readAnswer({ status, text }: { readonly status: number; readonly text: string }): unknown {
  const read = parseJson(text);
  if (status >= 200 && status < 300) {
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) return read;
    throw clientError('client.answerUnreadable', { status });
  }
  const own = v.safeParse(ownError, read);
  if (own.success) throw new ApiError({ status, ...own.output.error, requestId: own.output.requestId });
  const aws = v.safeParse(awsError, read);
  throw clientError(codeOf(status), { status, detail: aws.success ? `AWS says: ${aws.output}` : undefined });
}

function codeOf(status: number): ClientErrorCode {
  if (status === 401 || status === 403) return 'client.accessDenied';
  if (status === 404) return 'client.functionUnknown';
  if (status === 429) return 'client.throttled';
  if (status === 504) return 'client.timedOut';
  return status >= 500 ? 'client.functionFailed' : 'client.answerUnreadable';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
