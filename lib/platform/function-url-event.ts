import * as v from 'valibot';
import type { Refusal } from '../requests/request.ts';

/** The parts of a request to a function URL that the functions use. */
export type UrlRequest = {
  readonly method: string;
  /**
   * The percent-decoded parts of the path; `/tenants/acme` is `['tenants', 'acme']`. Undefined: no function has such a
   * path.
   */
  readonly segments: readonly string[] | undefined;
  /** The pairs of the query; a name that is given twice is listed twice. */
  readonly query: readonly (readonly [string, string])[];
  /** The ARN of the IAM principal that signed the request. */
  readonly caller: string;
  /** The id of the invocation; Lambda makes it. */
  readonly requestId: string;
  readonly body?: Uint8Array;
};

export type UrlRequestReading =
  | { readonly read: true; readonly request: UrlRequest }
  | { readonly read: false; readonly refusal: Refusal };

/**
 * The ARN of a session belongs to STS, that of a user or of the root to IAM. Source: IAM User Guide, "IAM identifiers".
 */
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
 * Reads the event of a function URL (payload format 2.0). The caller is the one that AWS names in
 * `requestContext.authorizer.iam` of a signed request. An event without it has no caller: without IAM authentication
 * `authorizer` is null. Whoever may invoke the function directly can invent the whole event, so every grant is
 * restricted to calls through the URL. Source: Lambda Developer Guide, "Invoking Lambda function URLs" and "Control
 * access to Lambda function URLs".
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
    // Decoded after the split, so that a slash that comes out of a segment stays in that segment, where it fits no
    // schema.
    return segments.includes('') ? undefined : segments;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function refused(reason: Refusal['reason'], explanation: string): UrlRequestReading {
  return { read: false, refusal: { reason, explanation } };
}
