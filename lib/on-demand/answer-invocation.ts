import * as v from 'valibot';
import { errorCodes } from '../errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { TransitionLog } from '../platform/transition-log.ts';
import type { InvokeOrigin } from '../requests/request.ts';
import { LONGEST_WAIT_SECONDS, type OnDemandOutcome, outsideRefusal } from './ask-for-job.ts';
import type { OnDemandAnswer } from './on-demand-answer.ts';
import { ANSWER_MS, type Ask } from './request-routes.ts';

/** What Lambda itself says of an invocation. */
export type InvocationFacts = {
  readonly awsRequestId: string;
  /** Ends with the alias or the version that was invoked, if one was. */
  readonly invokedFunctionArn: string;
  readonly getRemainingTimeInMillis: () => number;
};

type Dependencies = { readonly ask: Ask; readonly clock: Clock; readonly log: TransitionLog };

const UNQUALIFIED = '$LATEST';

/**
 * Answers an invocation of request-job-direct. The payload is the detail of an event, and `wait` beside it; whatever
 * else stands in it decides nothing: a `requestContext` is one more unknown key. Who asks is whose alias was invoked.
 * Throws `store.*` when the request could not be put on the queue: Lambda then repeats an asynchronous invocation,
 * under the same id.
 */
export async function answerInvocation(
  payload: unknown,
  { awsRequestId, invokedFunctionArn, getRemainingTimeInMillis }: InvocationFacts,
  { ask, clock, log }: Dependencies,
): Promise<OnDemandAnswer> {
  const alias = invokedFunctionArn.split(':')[7] ?? UNQUALIFIED;
  const origin: InvokeOrigin = { kind: 'invoke', alias, requestId: awsRequestId, timeMs: clock.nowMs() };
  const { detail, waitMs } = readPayload(payload);
  const longestMs = alias === UNQUALIFIED ? 0 : getRemainingTimeInMillis() - ANSWER_MS;
  const outcome = await ask({ origin, detail, waitMs: Math.min(waitMs, longestMs) });
  const told = alias === UNQUALIFIED ? withoutAlias(outcome) : outcome;
  log.transition({
    transition: told.kind === 'refused' ? 'invocation.refused' : 'invocation.answered',
    correlationId: awsRequestId,
    caller: alias,
    ...(told.kind === 'refused' ? { code: told.refusal.reason } : {}),
    ...(told.requestId === undefined ? {} : { requestId: told.requestId }),
  });
  return answerOf(told);
}

const waitSchema = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LONGEST_WAIT_SECONDS));

/** A `wait` that is none stays in the detail, where it is refused as any key that does not belong there. */
function readPayload(payload: unknown): { readonly detail: unknown; readonly waitMs: number } {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload) || !Object.hasOwn(payload, 'wait')) {
    return { detail: payload, waitMs: 0 };
  }
  const wait = v.safeParse(waitSchema, Reflect.get(payload, 'wait'));
  if (!wait.success) return { detail: payload, waitMs: 0 };
  // By entries: an assignment of members would take a key `__proto__` for the prototype.
  const detail = Object.fromEntries(Object.entries(payload).filter(([key]) => key !== 'wait'));
  return { detail, waitMs: wait.output * 1_000 };
}

/** It went on record, where it will be refused; that is known already. */
function withoutAlias(outcome: OnDemandOutcome): OnDemandOutcome {
  if (outcome.kind === 'refused') return outcome;
  const refusal = outsideRefusal({ reason: 'requester.notAllowed', explanation: '' });
  return { kind: 'refused', refusal, requestId: outcome.requestId };
}

function answerOf(outcome: OnDemandOutcome): OnDemandAnswer {
  switch (outcome.kind) {
    case 'accepted':
      return { requestId: outcome.requestId };
    case 'decided':
      return { requestId: outcome.requestId, decision: 'allowed', issuances: [...outcome.issuances] };
    case 'refused': {
      const { reason: code, explanation: message } = outcome.refusal;
      const error = { code, message, whatToDo: errorCodes[code].whatToDo };
      return outcome.requestId === undefined ? { error } : { error, requestId: outcome.requestId };
    }
  }
}
