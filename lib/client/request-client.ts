import * as v from 'valibot';
import { type Accepted, acceptedSchema, type Decided, decidedSchema } from '../on-demand/on-demand-answer.ts';
import { clientError } from './api-error.ts';
import { type FunctionUrlClient, type FunctionUrlTarget, makeFunctionUrlClient } from './function-url-client.ts';

/** The function whose URL this client calls. */
export const REQUEST_FUNCTION = 'request-job';

/** What the caller asks for: the detail of an event without its version. */
export type JobRequest = {
  readonly tenantId: string;
  readonly job: string;
  /** If left out, the request is for every account that the tenant has connected. */
  readonly accountIds?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  /** Any JSON value. */
  readonly input?: unknown;
  /** Calls with the same key are the same request; without a key each call is a request of its own. */
  readonly idempotencyKey?: string | undefined;
  readonly rerunOf?: string | undefined;
  readonly hops?: number | undefined;
};

export type RequestOptions = {
  /** Whole seconds from 0 to 25; if left out, the answer comes as soon as the request is on its way. */
  readonly waitSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

export type RequestClient = {
  /**
   * Asks for a job. Once the request has been decided, the answer has `decision`, and each account with its state.
   * Throws `ApiError` when the request is refused; the error's `requestId` leads to the record.
   */
  requestJob(request: JobRequest, options?: RequestOptions): Promise<Accepted | Decided>;
};

/** The typed client of the function URL of `request-job`. */
export function makeRequestClient(target: FunctionUrlTarget): RequestClient {
  return requestClientOver(makeFunctionUrlClient(target));
}

export function requestClientOver(url: FunctionUrlClient): RequestClient {
  return {
    async requestJob(request, { waitSeconds, signal } = {}) {
      const query = { wait: waitSeconds === undefined ? undefined : String(waitSeconds) };
      const body = { version: 1, ...request };
      const answer = await url.send({ method: 'POST', path: '/requests', body, query, signal });
      const read = v.safeParse(v.union([decidedSchema, acceptedSchema]), answer);
      if (!read.success) throw clientError('client.answerUnreadable');
      return read.output;
    },
  };
}
