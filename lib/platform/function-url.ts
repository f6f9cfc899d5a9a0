import { BrokerError, type ErrorCode, errorCodes } from '../errors.ts';
import type { Refusal } from '../requests/request.ts';
import { readJsonBody, readQuery } from './function-url-body.ts';
import { readUrlEvent, type UrlRequest } from './function-url-event.ts';
import { httpStatuses } from './http-status.ts';
import { errorName } from './store-error.ts';
import type { TransitionLog } from './transition-log.ts';
import { makeRouter, type RouteAnswer, type RouteSearch, type RouteTable } from './url-routes.ts';

export type FunctionUrlAnswer = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** The part of Lambda's context that is used. */
type UrlContext = { readonly awsRequestId: string; readonly getRemainingTimeInMillis?: () => number };

/** What the log says about a call: never a body, a query, or a message with a value in it. */
type Told = { readonly correlationId: string; readonly caller?: string; readonly route?: string };
type Refused = {
  readonly code: ErrorCode;
  readonly explanation: string;
  readonly allow?: readonly string[];
  readonly beside?: Readonly<Record<string, string>>;
};

/**
 * The frame of every function behind a function URL. The caller is the one that AWS names, the address is in the route
 * table, and the body is one JSON object within the limits; everything else is refused before a route is reached. A
 * refusal says why. A failure answers with its code alone; its cause is in the log, under Lambda's request id.
 */
export function makeFunctionUrl({ routes, log }: { readonly routes: RouteTable; readonly log: TransitionLog }) {
  const findRoute = makeRouter(routes);
  return async (event: unknown, context: UrlContext): Promise<FunctionUrlAnswer> => {
    const told: Told = { correlationId: context.awsRequestId };
    try {
      const reading = readUrlEvent(event);
      if (!reading.read) return refuse(asRefused(reading.refusal), told, log);
      const { request } = reading;
      const search = findRoute(request);
      return await answer(request, search, { told: { ...told, caller: request.caller }, context, log });
    } catch (error) {
      return fail(error, told, log);
    }
  };
}

type Telling = { readonly told: Told; readonly context: UrlContext; readonly log: TransitionLog };

async function answer(
  request: UrlRequest,
  search: RouteSearch,
  { told, context, log }: Telling,
): Promise<FunctionUrlAnswer> {
  if (!search.found) return refuse(noRoute(search.allow), told, log);
  const here: Told = { ...told, route: search.name };
  try {
    const outcome = await callRoute(request, search, context);
    if ('refused' in outcome) {
      const { refused: code, explanation, beside = {} } = outcome;
      return refuse({ code, explanation, beside }, here, log);
    }
    log.transition({ transition: 'url.answered', ...here });
    return respond(outcome.status, outcome.answer);
  } catch (error) {
    return fail(error, here, log);
  }
}

async function callRoute(
  { query, body, caller, requestId }: UrlRequest,
  { route, params }: RouteSearch & { found: true },
  context: UrlContext,
): Promise<RouteAnswer> {
  const names = readQuery(query);
  if (!names.read) return asAnswer(names.refusal);
  // If the context does not say how much time is left, none is assumed.
  const remainingMs = () => context.getRemainingTimeInMillis?.() ?? 0;
  const call = { caller, requestId, remainingMs, params, query: names.object ?? {}, bytes: body };
  if (route.readsBodyItself) return route.handle({ ...call, body: undefined });
  const json = readJsonBody(body, route);
  if (!json.read) return asAnswer(json.refusal);
  return route.handle({ ...call, body: json.object });
}

function asAnswer({ reason, explanation }: Refusal): RouteAnswer {
  return { refused: reason, explanation };
}

function asRefused({ reason, explanation }: Refusal): Refused {
  return { code: reason, explanation };
}

function noRoute(allow: readonly string[]): Refused {
  if (allow.length === 0) return { code: 'route.unknown', explanation: 'there is nothing at this address' };
  return { code: 'route.unknown', explanation: `at this address there is ${allow.join(', ')} only`, allow };
}

function refuse(
  { code, explanation, allow = [], beside = {} }: Refused,
  told: Told,
  log: TransitionLog,
): FunctionUrlAnswer {
  log.transition({ transition: 'url.refused', ...told, code });
  const error = { code, message: explanation, whatToDo: errorCodes[code].whatToDo };
  if (allow.length === 0) return respond(httpStatuses[code], { error, ...beside });
  return respond(405, { error }, { allow: allow.join(', ') });
}

function fail(error: unknown, told: Told, log: TransitionLog): FunctionUrlAnswer {
  const known = error instanceof BrokerError ? error : undefined;
  const code = known?.code ?? 'internal';
  log.transition({ transition: 'url.failed', ...told, code, explanation: known?.message ?? errorName(error) });
  const { meaning, whatToDo } = errorCodes[code];
  const message = `${meaning} Correlation id: ${told.correlationId}`;
  return respond(httpStatuses[code], { error: { code, message, whatToDo } });
}

function respond(
  statusCode: number,
  answer: object,
  headers: Readonly<Record<string, string>> = {},
): FunctionUrlAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(answer),
  };
}
