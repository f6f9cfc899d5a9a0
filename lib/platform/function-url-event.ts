import * as v from 'valibot';
import type { Refusal } from '../requests/request.ts';

/** A request to a function URL, as far as its functions look at it. */
export type UrlRequest = {
  readonly method: string;
  /** Of the path, percent-decoded; `/tenants/acme` is `['tenants', 'acme']`. Undefined: it is no path of ours. */
  readonly segments: readonly string[] | undefined;
  /** Of the query; a name that is given twice is listed twice. */
  readonly query: readonly (readonly [string, string])[];
  /** The ARN of the IAM principal that signed the request. */
  readonly caller: string;
  /** Of the invocation; made by Lambda. */
  readonly requestId: string;
  readonly body?: Uint8Array;
};

export type UrlRequestReading =
  | { readonly read: true; readonly request: UrlRequest }
  | { readonly read: false; readonly refusal: Refusal };

/** A session's ARN is of STS, a user's or the root's of IAM. Source: IAM User Guide, "IAM identifiers". */
const PRINCIPAL_ARN =
  /^arn:aws[a-z-]{0,20}:(?:iam|sts)::(\d{12}):(?:root|(?:user|assumed-role|federated-user)\/[!-~]{1,1000})$/;

const iamSchema = v.object({
  accountId: v.string(),
  userArn: v.pipe(v.string(), v.regex(PRINCIPAL_ARN)),
});
const signedSchema = v.object({
  requestContext: v.object({ authorizer: v.object({ iam: iamSchema }) }),
});

const requestSchema = v.object({
  version: v.literal('2.0'),
  rawPath: v.pipe(v.string(), v.startsWith('/')),
  rawQueryString: v.string(),
  requestContext: v.object({
    http: v.object({ method: v.pipe(v.string(), v.regex(/^[A-Z]{1,10}$/)) }),
    requestId: v.pipe(v.string(), v.regex(/^[!-~]{1,128}$/)),
  }),
  body: v.optional(v.string()),
  isBase64Encoded: v.boolean(),
});

/**
 * Reads the event of a function URL (payload format 2.0). Who calls is what AWS says in `requestContext.authorizer.iam`
 * of a signed request, and nobody where it says nothing: without IAM authentication `authorizer` is null. Whoever may
 * invoke the function directly can invent all of it, so that every grant is held to calls through the URL.
 * Source: Lambda Developer Guide, "Invoking Lambda function URLs" and "Control access to Lambda function URLs".
 */
export function readUrlEvent(event: unknown): UrlRequestReading {
  const signed = v.safeParse(signedSchema, event);
  const iam = signed.success ? signed.output.requestContext.authorizer.iam : undefined;
  if (iam === undefined || PRINCIPAL_ARN.exec(iam.userArn)?.[1] !== iam.accountId) {
    return refused('caller.unknown', 'the event does not name an IAM principal');
  }
  const read = v.safeParse(requestSchema, event);
  if (!read.success) {
    const [issue] = read.issues;
    const place = v.getDotPath(issue) ?? 'the top level';
    return refused('request.malformed', `expected the event of a function URL, payload 2.0; wrong at ${place}`);
  }
  const { rawPath, rawQueryString, requestContext, body, isBase64Encoded } = read.output;
  return {
    read: true,
    request: {
      method: requestContext.http.method,
      segments: readSegments(rawPath),
      query: [...new URLSearchParams(rawQueryString)],
      caller: iam.userArn,
      requestId: requestContext.requestId,
      ...(body === undefined || body === '' ? {} : { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
    },
  };
}

function readSegments(rawPath: string): readonly string[] | undefined {
  try {
    const segments = rawPath.slice(1).split('/').map(decodeURIComponent);
    // Decoded after it was split: a slash that comes out of a segment stays in it, and fits no schema.
    return segments.includes('') ? undefined : segments;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function refused(reason: Refusal['reason'], explanation: string): UrlRequestReading {
  return { read: false, refusal: { reason, explanation } };
}
