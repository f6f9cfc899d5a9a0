import * as v from 'valibot';
import type { LetterFacts } from './dead-letter-api.ts';

/** Leaves out a malformed part, so that the rest of the letter can still be shown. */
function orNothing<Schema extends v.GenericSchema<unknown, unknown>>(schema: Schema) {
  return v.fallback(v.optional(schema), undefined);
}

const identified = v.object({
  issuanceId: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,24}\.[a-z2-7]{32}$/)),
  tenantId: orNothing(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,63}$/))),
  accountId: orNothing(v.pipe(v.string(), v.regex(/^\d{12}$/))),
});

/**
 * The parts of the record that are shown; the sealed envelope in the payload, the input and the error's message are
 * not.
 */
const failureSchema = v.object({
  timestamp: orNothing(v.pipe(v.string(), v.isoTimestamp())),
  requestContext: v.object({
    condition: v.picklist(['RetriesExhausted', 'EventAgeExceeded']),
    approximateInvokeCount: orNothing(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
  }),
  requestPayload: identified,
  responsePayload: orNothing(v.object({ errorType: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.]{1,80}$/)) })),
});

/**
 * Reads what Lambda sends to the failure destination of a job: which issuance was given up, and why. Pure. Source:
 * Lambda Developer Guide, "Capturing records of asynchronous invocations".
 */
export function readJobFailure(body: string): LetterFacts {
  const read = v.safeParse(failureSchema, parseJson(body));
  if (!read.success) return { kind: 'illegible', why: 'not a record of a failed invocation' };
  const { requestContext, requestPayload, responsePayload } = read.output;
  const { issuanceId, tenantId, accountId } = requestPayload;
  const { condition, approximateInvokeCount: tries } = requestContext;
  return {
    kind: 'jobFailure',
    issuanceId,
    job: issuanceId.replace(/\..*$/, ''),
    ...(tenantId === undefined ? {} : { tenantId }),
    ...(accountId === undefined ? {} : { accountId }),
    why: responsePayload === undefined ? condition : `${condition}, ${responsePayload.errorType}`,
    ...(tries === undefined ? {} : { tries }),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
