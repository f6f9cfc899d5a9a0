import { AssumeRoleCommand, type AssumeRoleCommandOutput, type STSClient } from '@aws-sdk/client-sts';
import * as v from 'valibot';
import type { ErrorCode } from '../errors.ts';
import type { SessionFacts } from '../ledger/issuance-transitions.ts';
import type { Clock } from '../platform/clock.ts';
import type { SessionCredentials } from '../sealing/envelope.ts';
import { Secret } from '../sealing/secret.ts';
import { type AssumeInput, assumeRoleInput, type ExternalIdTerms } from './assume-role-request.ts';

/**
 * The one call that enters a tenant's account. It makes exactly one HTTP request, always with a session policy and, in
 * a shared deployment, always with an external ID, and turns whatever comes back into a closed set of outcomes. Nothing
 * that the SDK throws leaves this file: the error of a truncated answer carries the secret key inside it.
 */
export type Assumption =
  | { readonly outcome: 'assumed'; readonly credentials: Secret<SessionCredentials>; readonly session: SessionFacts }
  /** STS denied the call, and would again. */
  | { readonly outcome: 'denied'; readonly code: ErrorCode; readonly stsRequestId?: string }
  /** STS rejected our request as wrong, and would again. */
  | { readonly outcome: 'failed'; readonly code: ErrorCode; readonly stsRequestId?: string }
  /** STS answered with an error that was read in full: no session was made, and the same attempt may call again. */
  | { readonly outcome: 'unavailable'; readonly code: ErrorCode; readonly stsRequestId?: string }
  /** The answer was lost or unreadable: a session that nobody holds may exist. */
  | { readonly outcome: 'unknown'; readonly code: ErrorCode; readonly session?: SessionFacts };

export type AssumeTenantRole = (input: AssumeInput) => Promise<Assumption>;

/** How far the expiry that STS gives may be from what our clock expects. */
const SKEW_LIMIT_MS = 30_000;

type AssumeRoleDependencies = ExternalIdTerms & {
  /** A client with `maxAttempts: 1`: a repeated call would mint a second session that no record announces. */
  readonly sts: STSClient;
  readonly clock: Clock;
};

/** A call that the external ID terms or the rules of STS do not allow fails as `internal`, before anything is sent. */
export function makeAssumeTenantRole({ sts, clock, ...terms }: AssumeRoleDependencies): AssumeTenantRole {
  return async (input) => {
    const request = assumeRoleInput(input, terms);
    if (request === undefined) return { outcome: 'failed', code: 'internal' };
    try {
      const answer = await sts.send(new AssumeRoleCommand(request));
      return readAnswer(answer, { durationSeconds: input.durationSeconds, nowMs: clock.nowMs() });
    } catch (error) {
      return readError(error);
    }
  };
}

const answerSchema = v.object({
  Credentials: v.object({
    AccessKeyId: v.pipe(v.string(), v.regex(/^[A-Z0-9]{16,128}$/)),
    SecretAccessKey: v.pipe(v.string(), v.minLength(1)),
    SessionToken: v.pipe(v.string(), v.minLength(1)),
    Expiration: v.date(),
  }),
  AssumedRoleUser: v.object({ AssumedRoleId: v.string() }),
});

function readAnswer(
  answer: AssumeRoleCommandOutput,
  { durationSeconds, nowMs }: { readonly durationSeconds: number; readonly nowMs: number },
): Assumption {
  const read = v.safeParse(answerSchema, answer);
  if (!read.success) return { outcome: 'unknown', code: 'sts.outcomeUnknown' };
  const { Credentials: given, AssumedRoleUser: assumed } = read.output;
  const expiresAtMs = given.Expiration.getTime();
  const session: SessionFacts = {
    accessKeyId: given.AccessKeyId,
    assumedRoleId: assumed.AssumedRoleId,
    stsRequestId: answer.$metadata.requestId ?? '',
    issuedAtMs: nowMs,
    expiresAtMs,
  };
  const issuedBySts = expiresAtMs - durationSeconds * 1000;
  if (!(Math.abs(issuedBySts - nowMs) <= SKEW_LIMIT_MS))
    return { outcome: 'unknown', code: 'broker.clockSkewed', session };
  const credentials = new Secret({
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
    expiresAtMs,
  });
  return { outcome: 'assumed', credentials, session };
}

type Class = Pick<Exclude<Assumption, { outcome: 'assumed' }>, 'outcome' | 'code'>;

const UNAVAILABLE: Class = { outcome: 'unavailable', code: 'sts.unavailable' };
const UNKNOWN: Class = { outcome: 'unknown', code: 'sts.outcomeUnknown' };
const OURS: Class = { outcome: 'unavailable', code: 'broker.credentialsExpired' };

/**
 * What each wire code means. Modelled errors bear their class name in `name`, the others the wire code, so both stand
 * here. Source: STS API Reference, AssumeRole and Common Errors.
 */
const CLASS_OF: ReadonlyMap<string, Class> = new Map([
  ['AccessDenied', { outcome: 'denied', code: 'sts.denied' }],
  ['AccessDeniedException', { outcome: 'denied', code: 'sts.denied' }],
  ['RegionDisabledException', { outcome: 'denied', code: 'sts.regionDisabled' }],
  ['RegionDisabled', { outcome: 'denied', code: 'sts.regionDisabled' }],
  ['MalformedPolicyDocument', { outcome: 'failed', code: 'sts.policyRejected' }],
  ['MalformedPolicyDocumentException', { outcome: 'failed', code: 'sts.policyRejected' }],
  ['PackedPolicyTooLarge', { outcome: 'failed', code: 'policy.tooLarge' }],
  ['PackedPolicyTooLargeException', { outcome: 'failed', code: 'policy.tooLarge' }],
  ['ValidationError', { outcome: 'failed', code: 'sts.requestRejected' }],
  ['Throttling', UNAVAILABLE],
  ['ThrottlingException', UNAVAILABLE],
  ['RequestLimitExceeded', UNAVAILABLE],
  ['TooManyRequestsException', UNAVAILABLE],
  ['ServiceUnavailable', UNAVAILABLE],
  ['InternalFailure', UNAVAILABLE],
  ['ExpiredToken', OURS],
  ['ExpiredTokenException', OURS],
  ['InvalidClientTokenId', OURS],
  ['SignatureDoesNotMatch', OURS],
  ['RequestExpired', OURS],
  ['IncompleteSignature', OURS],
  ['UnrecognizedClientException', OURS],
  ['RequestTimeoutException', UNAVAILABLE],
  // A 4xx, but given up before it was answered, not refused: the session may have been made.
  ['RequestAbortedException', UNKNOWN],
]);

/** The least of an SDK error that says what happened; everything else of it is dropped, its cause with it. */
const errorSchema = v.object({
  name: v.optional(v.string()),
  Code: v.optional(v.string()),
  $metadata: v.optional(v.object({ httpStatusCode: v.optional(v.number()), requestId: v.optional(v.string()) })),
});

function readError(error: unknown): Assumption {
  const read = v.safeParse(errorSchema, error);
  if (!read.success) return { outcome: 'unknown', code: 'sts.outcomeUnknown' };
  const { name, Code, $metadata } = read.output;
  const known = CLASS_OF.get(Code ?? '') ?? CLASS_OF.get(name ?? '') ?? classOfStatus($metadata?.httpStatusCode, Code);
  if (known.outcome === 'unknown') return { outcome: 'unknown', code: known.code };
  const requestId = $metadata?.requestId === '' ? undefined : $metadata?.requestId;
  return { outcome: known.outcome, code: known.code, ...(requestId === undefined ? {} : { stsRequestId: requestId }) };
}

/** A code we do not know: a 4xx or 5xx that STS answered in its own words was read in full; all else is unknown. */
function classOfStatus(status: number | undefined, wireCode: string | undefined): Class {
  const readInFull = wireCode !== undefined && status !== undefined;
  if (readInFull && (status >= 500 || status === 429)) return UNAVAILABLE;
  if (readInFull && status >= 400) return { outcome: 'failed', code: 'sts.requestRejected' };
  return UNKNOWN;
}
