import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as v from 'valibot';
import type { ServiceAnswer } from '../service.ts';
import type { WireResponse } from './wire.ts';

/** AWS's answer when the function failed, or returned something that is no HTTP answer. */
const badGateway: WireResponse = {
  statusCode: 502,
  headers: { 'content-type': 'text/plain' },
  body: 'Internal Server Error',
};

const headerSchema = v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String));

const answerSchema = v.object({
  statusCode: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
  headers: v.optional(v.record(v.string(), headerSchema), {}),
  body: v.optional(v.string(), ''),
  isBase64Encoded: v.optional(v.boolean(), false),
  cookies: v.optional(v.undefined('the embedded stack does not implement cookies in answers')),
});

/** Headers that the server itself sets: how long the body is, and what happens to the connection. */
const serversOwn: ReadonlySet<string> = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding']);

/**
 * Makes an HTTP response of a function's result: an object with `statusCode` describes the whole response, any other
 * JSON is the body of a 200. `complain` gets the reason when the answer is a 502.
 */
export function functionUrlResponse(answer: ServiceAnswer, complain: (problem: string) => void): WireResponse {
  const { FunctionError, Payload } = answer;
  if (FunctionError !== undefined || typeof Payload !== 'string') return badGateway;
  const returned: unknown = JSON.parse(Payload);
  if (typeof returned !== 'object' || returned === null || !('statusCode' in returned)) {
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: Payload };
  }
  try {
    return readAnswer(returned);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return badGateway;
  }
}

function readAnswer(returned: object): WireResponse {
  const { statusCode, headers, body, isBase64Encoded } = v.parse(answerSchema, returned);
  return {
    statusCode,
    headers: { 'content-type': 'application/json', ...Object.fromEntries(Object.entries(headers).flatMap(readHeader)) },
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}

function readHeader([name, value]: readonly [string, string]): readonly (readonly [string, string])[] {
  validateHeaderName(name);
  validateHeaderValue(name, value);
  const lowerCase = name.toLowerCase();
  return serversOwn.has(lowerCase) ? [] : [[lowerCase, value]];
}
