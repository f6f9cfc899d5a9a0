import * as v from 'valibot';
import { assertNever } from '../errors.ts';
import { canonicalJson } from '../platform/canonical-json.ts';
import { derivedId, sha256Hex } from '../platform/ids.ts';
import { requestRecordId } from '../platform/table-keys.ts';
import type { RequestDecision } from '../requests/decide.ts';
import type { ClaimedNames, Refusal, RequestDetail, RequestOrigin } from '../requests/request.ts';
import { UNRECOGNISED } from '../requests/requester.ts';
import { utcDay } from './issuance.ts';

/** The record of one request: what was asked, by whom, what was decided. Written once and never changed. */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Where there was no event there is no id of one. */
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
  /** A queue message in which no request could be read: its own id. */
  v.strictObject({ kind: v.literal('message'), eventId: v.string() }),
]);

export const requestRecordSchema = v.strictObject({
  recordId: v.string(),
  recordType: v.literal('request'),
  /** The name of a declared requester, or `unrecognised`. */
  requester: v.string(),
  origin: originSchema,
  /** Who signed, its session included: of credentials that were asked for by somebody. */
  caller: v.exactOptional(v.string()),
  /** `caller`: the session is for whoever asks. Left out, for the job's function. */
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
  /** The accounts of an allowed request, frozen: a message delivered again means these and no others. */
  accountIds: v.optional(v.array(v.string())),
  recordedAtMs: count,
  day: v.string(),
});
export type RequestRecord = v.InferOutput<typeof requestRecordSchema>;

/** What is only said of a request for credentials that go to whoever asks. */
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

type MessageOrigin = { readonly kind: 'message'; readonly eventId: string };

export type MalformedRequest = Partial<AskedByCaller> & {
  readonly origin: RequestOrigin | MessageOrigin;
  readonly requester: string | undefined;
  readonly claimed: ClaimedNames;
  readonly refusal: Refusal;
  readonly body: string;
  readonly nowMs: number;
};

/** The record of a request that could not be read: that it came, from where, and the hash of what it said. */
export function malformedRequestRecord(illegible: MalformedRequest): RequestRecord {
  const { origin, caller, delivery, requester, claimed, refusal, body, nowMs } = illegible;
  const { who, what } = identityOf(origin);
  return present({
    recordId: requestRecordId(derivedId(['illegible', origin.kind, ...who, what])),
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

/** The record of a request whose id was taken by another one with another payload. */
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

/** Under what a request is recorded whose id was taken. */
export function conflictIdOf({ recordId, payloadSha256 }: Pick<RequestRecord, 'recordId' | 'payloadSha256'>): string {
  return requestRecordId(derivedId(['conflict', recordId, payloadSha256]));
}

/** What two deliveries of one request have in common, whatever order their keys come in. */
export function payloadSha256Of(detail: RequestDetail): string {
  return sha256Hex(canonicalJson(detail));
}

/**
 * The id of a request: the same for every delivery of the same event or invocation, and for every one with the same
 * idempotency key of the same requester (who repeats PutEvents or a call gets a new event or request id). Each kind has
 * a first part of its own, so that none can be made to collide with another's.
 */
export function requestIdOf({
  origin,
  detail,
  brokerAccountId,
}: {
  readonly origin: RequestOrigin;
  readonly detail: Pick<RequestDetail, 'idempotencyKey'>;
  readonly brokerAccountId: string;
}): string {
  const kind = origin.kind === 'event' ? 'request' : `request.${origin.kind}`;
  const { who, what } = identityOf(origin);
  const identity = detail.idempotencyKey === undefined ? ['event', what] : ['key', detail.idempotencyKey];
  return requestRecordId(derivedId([kind, brokerAccountId, ...who, ...identity]));
}

/** `who`: as many parts for one kind as for the next of it. `what`: one thing that they sent. */
function identityOf(origin: RequestOrigin | MessageOrigin): { readonly who: readonly string[]; readonly what: string } {
  switch (origin.kind) {
    case 'event':
      return { who: [origin.account, origin.source], what: origin.eventId };
    case 'functionUrl':
      return { who: [origin.account, origin.principalArn], what: origin.requestId };
    case 'invoke':
      return { who: [origin.alias], what: origin.requestId };
    case 'message':
      return { who: [], what: origin.eventId };
    default:
      return assertNever(origin);
  }
}

type Present<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** Without the members that are undefined: an item has an attribute or has it not. */
function present<T extends object>(members: T): Present<T> {
  const after = { ...members };
  for (const [key, member] of Object.entries(after)) {
    if (member === undefined) Reflect.deleteProperty(after, key);
  }
  return after as Present<T>;
}
