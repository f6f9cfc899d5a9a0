import * as v from 'valibot';
import type { Clock } from '../platform/clock.ts';
import type { RouteAnswer, RouteCall, RouteTable } from '../platform/url-routes.ts';
import { JSON_LIMITS } from '../requests/json-limits.ts';
import { principalOf } from '../requests/principal-pattern.ts';
import { readFields } from '../requests/read-fields.ts';
import type { FunctionUrlOrigin, Refusal } from '../requests/request.ts';
import { LONGEST_WAIT_SECONDS, type OnDemandAsk, type OnDemandOutcome } from './ask-for-job.ts';

/** The routes of the function URL of request-job, and what each takes beside its body. */
export const waitQuery = v.strictObject({
  wait: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^(?:\d|1\d|2[0-5])$/, `expected whole seconds from 0 to ${LONGEST_WAIT_SECONDS}`),
      v.description('How many seconds to wait for the outcome; left out, the answer comes at once.'),
    ),
  ),
});

/** What must be left of an invocation for its answer. */
export const ANSWER_MS = 2_000;

export type Ask = (ask: OnDemandAsk) => Promise<OnDemandOutcome>;

/**
 * `POST /requests`: the body is the detail of an event. The requester is the principal that signed, whatever the body
 * states. This route parses the body itself, because every body that is JSON is recorded, a malformed one too.
 */
export function requestRoutes({ ask, clock }: { readonly ask: Ask; readonly clock: Clock }): RouteTable {
  return {
    'POST /requests': {
      readsBodyItself: true,
      async handle(call) {
        const query = readFields(waitQuery, { what: 'the query', input: call.query });
        if (!query.read) return refused(query.refusal);
        const body = readJson(call.bytes);
        if (!body.read) return refused(body.refusal);
        const waitMs = Math.min(Number(query.fields.wait ?? 0) * 1_000, call.remainingMs() - ANSWER_MS);
        return answerOf(await ask({ origin: originOf(call, clock), detail: body.value, waitMs }));
      },
    },
  };
}

function originOf({ caller, requestId }: RouteCall, clock: Clock): FunctionUrlOrigin {
  const account = caller.split(':')[4] ?? '';
  return { kind: 'functionUrl', account, principalArn: principalOf(caller), requestId, timeMs: clock.nowMs() };
}

type Reading = { readonly read: true; readonly value: unknown } | { readonly read: false; readonly refusal: Refusal };

function readJson(bytes: Uint8Array | undefined): Reading {
  const length = bytes?.byteLength ?? 0;
  if (length > JSON_LIMITS.bytes) {
    return unread('request.tooLarge', `the body has ${length} bytes; the limit is ${JSON_LIMITS.bytes}`);
  }
  try {
    return { read: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
    return unread('request.malformed', 'the body is not a JSON object in UTF-8');
  }
}

function answerOf(outcome: OnDemandOutcome): RouteAnswer {
  switch (outcome.kind) {
    case 'accepted':
      return { status: 202, answer: { requestId: outcome.requestId } };
    case 'decided': {
      const { requestId, issuances } = outcome;
      return { status: 200, answer: { requestId, decision: 'allowed', issuances } };
    }
    case 'refused':
      return refused(outcome.refusal, outcome.requestId);
  }
}

function refused({ reason, explanation }: Refusal, requestId?: string): RouteAnswer {
  return { refused: reason, explanation, ...(requestId === undefined ? {} : { beside: { requestId } }) };
}

function unread(reason: Refusal['reason'], explanation: string): Reading {
  return { read: false, refusal: { reason, explanation } };
}
