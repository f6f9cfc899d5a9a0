import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, clientError } from './api-error.ts';
import { readAnswer } from './read-answer.ts';
import { type CredentialProvider, makeSignRequest, type SignRequest } from './sign-request.ts';

export type FunctionUrlRequest = {
  readonly method: string;
  /** Begins with a slash; the parts of the path are already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  /** Sent as JSON; undefined means that the request has no body. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

/** Sends one request and returns the JSON object of its answer. Throws `ApiError`, or the reason of `signal`. */
export type FunctionUrlClient = { send(request: FunctionUrlRequest): Promise<unknown> };

export type FunctionUrlTarget = {
  /** The URL of the function, with or without a slash at its end. */
  readonly url: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly fetch?: typeof globalThis.fetch;
  /** Covers one request and its answer. A verification takes up to 30 s. */
  readonly timeoutMs?: number;
  readonly pauseBeforeRetryMs?: number;
};

const TIMEOUT_MS = 40_000;
const PAUSE_BEFORE_RETRY_MS = 500;
/**
 * After one of these errors a request that only reads is repeated once. A timeout is not among them, because the caller
 * has already waited long enough.
 */
const PASSING = new Set(['client.unreachable', 'client.throttled', 'client.functionFailed']);

/**
 * A client of one function URL with IAM authorisation. The client signs every request. It repeats a GET once if the
 * function was unreachable, failed or was busy. It never repeats any other request, because the function may already
 * have carried it out.
 */
export function makeFunctionUrlClient(target: FunctionUrlTarget): FunctionUrlClient {
  const { pauseBeforeRetryMs = PAUSE_BEFORE_RETRY_MS } = target;
  const sign = makeSignRequest(target);
  return {
    async send(request) {
      try {
        return await sendOnce(request, { ...target, sign });
      } catch (error) {
        if (request.method !== 'GET' || !(error instanceof ApiError) || !passing(error)) throw error;
        await pause(pauseBeforeRetryMs, undefined, request.signal === undefined ? {} : { signal: request.signal });
        return sendOnce(request, { ...target, sign });
      }
    },
  };
}

function passing({ code, status }: ApiError): boolean {
  return PASSING.has(code) || status === 503;
}

async function sendOnce(
  { method, path, query = {}, body, signal }: FunctionUrlRequest,
  { url: base, sign, fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS }: FunctionUrlTarget & { sign: SignRequest },
): Promise<unknown> {
  const url = new URL(`${base.replace(/\/$/, '')}${path}${queryString(query)}`);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = await sign({ method, url, body: text });
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers,
      // A signature is valid for one address, so redirects are not followed.
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      ...(text !== undefined && { body: text }),
    });
    return readAnswer({ status: response.status, text: await response.text() });
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    if (signal?.aborted === true) throw signal.reason;
    if (timeout.aborted) throw clientError('client.timedOut', { cause });
    throw clientError('client.unreachable', { detail: `(${url.host}: ${reasonOf(cause)})`, cause });
  }
}

/** Encodes the query as the signature does: a space becomes `%20`, which every server reads as a space. */
function queryString(query: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** `fetch` only says that the request failed; the reason is in the cause of the error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error ? cause.message : String(cause);
}
