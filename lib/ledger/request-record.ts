import * as v from 'valibot';
import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256Hex } from '../platform/ids.ts';
import type { RequestDecision } from '../requests/decide.ts';
import type { ClaimedNames, Refusal, RequestDetail, RequestOrigin } from '../requests/request.ts';
import { UNRECOGNISED } from '../requests/requester.ts';
import { utcDay } from './issuance.ts';
import { conflictIdOf, type MessageOrigin, malformedIdOf, payloadSha256Of, requestIdOf } from './request-id.ts';

/** The record of one request: who asked for what, and what was decided. Written once and never changed. */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** The members of an origin that is not an event, and so has no event id. */
const onDemand = { requestId: v.string(), timeMs: v.number(), eventId: v.exactOptional(v.never()) };

const originSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('event'),
    account: v.string(),
    source: v.string(),
    eventId: v.string(),
    timeMs: v.number(),
    replayName: v.optional(v.string()),
  }),
  v.strictObject({ kind: v.literal('functionUrl'), account: v.string(), principalArn: v.string(), ...onDemand }),
  v.strictObject({ kind: v.literal('invoke'), alias: v.string(), ...onDemand }),
  /** A queue message in which no request could be read, known by the message's own id. */
  v.strictObject({ kind: v.literal('message'), eventId: v.string() }),
]);

export const requestRecordSchema = v.strictObject({
  recordId: v.string(),
  recordType: v.literal('request'),
  /** The name of a declared requester, or `unrecognised`. */
  requester: v.string(),
  origin: originSchema,
  /** Of a request for credentials: the ARN of the principal that signed it, its session name included. */
  caller: v.exactOptional(v.string()),
  /** `caller`: the session goes to whoever asks. Left out when it goes to the job's function. */
  delivery: v.exactOptional(v.literal('caller')),
  tenantId: v.optional(v.string()),
  job: v.optional(v.string()),
  reason: v.optional(v.string()),
  /** What the job is given, as JSON: kept for later attempts and for the audit. */
  input: v.optional(v.string()),
  inputSha256: v.optional(v.string()),
  idempotencyKey: v.optional(v.string()),
  rerunOf: v.optional(v.string()),
  hops: v.optional(count),
  payloadSha256: v.string(),
  decision: v.picklist(['allowed', 'refused']),
  refusal: v.optional(v.strictObject({ reason: v.string(), explanation: v.string() })),
  /** A key of the audit's index. */
  exception: v.exactOptional(v.literal('refused')),
  /**
   * The accounts of an allowed request. Fixed from now on: a message that is delivered again means these and no
   * others.
   */
  accountIds: v.optional(v.array(v.string())),
  recordedAtMs: count,
  day: v.string(),
});
export type RequestRecord = v.InferOutput<typeof requestRecordSchema>;

/** The members that only a request for a caller's credentials has. */
export type AskedByCaller = { readonly caller: string; readonly delivery: 'caller' };

type Asked = Partial<AskedByCaller> & {
  readonly origin: RequestOrigin;
  readonly detail: RequestDetail;
  readonly requester: string | undefined;
  readonly brokerAccountId: string;
};

/** The record of a request that could be read. */
export function requestRecord(
  asked: Asked & { readonly decision: RequestDecision; readonly nowMs: number },
): RequestRecord {
  const { origin, caller, delivery, detail, decision, nowMs } = asked;
  const { tenantId, job, reason, idempotencyKey, rerunOf, hops } = detail;
  const input = detail.input === undefined ? undefined : canonicalJson(detail.input);
  return present({
    recordId: requestIdOf(asked),
    recordType: 'request' as const,
    requester: asked.requester ?? UNRECOGNISED,
    origin,
    caller,
    delivery,
    tenantId,
    job,
    reason,
    input,
    inputSha256: input === undefined ? undefined : sha256Hex(input),
    idempotencyKey,
    rerunOf,
    hops,
    payloadSha256: payloadSha256Of(detail),
    decision: decision.allowed ? ('allowed' as const) : ('refused' as const),
    refusal: decision.allowed ? undefined : decision.refusal,
    exception: decision.allowed ? undefined : ('refused' as const),
    accountIds: decision.allowed ? [...decision.accountIds] : undefined,
    recordedAtMs: nowMs,
    day: utcDay(nowMs),
  });
}

export type MalformedRequest = Partial<AskedByCaller> & {
  readonly origin: RequestOrigin | MessageOrigin;
  readonly requester: string | undefined;
  readonly claimed: ClaimedNames;
  readonly refusal: Refusal;
  readonly body: string;
  readonly nowMs: number;
};

/** The record of a request that could not be read: from where it came, and the hash of its text. */
export function malformedRequestRecord(illegible: MalformedRequest): RequestRecord {
  const { origin, caller, delivery, requester, claimed, refusal, body, nowMs } = illegible;
  return present({
    recordId: malformedIdOf(origin),
    recordType: 'request' as const,
    requester: requester ?? UNRECOGNISED,
    origin,
    caller,
    delivery,
    ...claimed,
    payloadSha256: sha256Hex(body),
    decision: 'refused' as const,
    refusal,
    exception: 'refused' as const,
    recordedAtMs: nowMs,
    day: utcDay(nowMs),
  });
}

/** The record of a request whose id was taken by one with another payload. */
export function conflictRecord(wanted: RequestRecord, taken: RequestRecord): RequestRecord {
  const { accountIds: _accounts, ...rest } = wanted;
  const hashes = `${wanted.payloadSha256.slice(0, 12)} here, ${taken.payloadSha256.slice(0, 12)} before`;
  return {
    ...rest,
    recordId: conflictIdOf(wanted),
    decision: 'refused',
    exception: 'refused',
    refusal: { reason: 'request.idConflict', explanation: `${taken.recordId} has another payload (sha256 ${hashes})` },
  };
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Leaves out the members that are undefined, which DynamoDB could not store. */
function present<T extends object>(members: T): Present<T> {
  const after = { ...members };
  for (const [key, member] of Object.entries(after)) {
    if (member === undefined) Reflect.deleteProperty(after, key);
  }
  return after as Present<T>;
}
