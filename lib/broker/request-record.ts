import * as v from 'valibot';
import { canonicalJson } from '../platform/canonical-json.ts';
import { derivedId, sha256Hex } from '../platform/ids.ts';
import { requestRecordId } from '../platform/table-keys.ts';
import type { Decision } from '../requests/decide.ts';
import type { ClaimedNames, Refusal, RequestDetail, RequestOrigin } from '../requests/request.ts';
import { UNRECOGNISED } from '../requests/requester.ts';
import { utcDay } from './issuance.ts';

/** The record of one request: what was asked, by whom, what was decided. Written once and never changed. */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const requestRecordSchema = v.strictObject({
  recordId: v.string(),
  recordType: v.literal('request'),
  /** The name of a declared requester, or `unrecognised`. */
  requester: v.string(),
  origin: v.strictObject({
    kind: v.picklist(['event', 'message']),
    account: v.optional(v.string()),
    source: v.optional(v.string()),
    /** The EventBridge event, or the queue message when no event could be read. */
    eventId: v.string(),
    timeMs: v.optional(v.number()),
    replayName: v.optional(v.string()),
  }),
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
  /** The accounts of an allowed request, frozen: a message delivered again means these and no others. */
  accountIds: v.optional(v.array(v.string())),
  recordedAtMs: count,
  day: v.string(),
});
export type RequestRecord = v.InferOutput<typeof requestRecordSchema>;

type Asked = {
  readonly origin: RequestOrigin;
  readonly detail: RequestDetail;
  readonly requester: string | undefined;
  readonly brokerAccountId: string;
};

/** The record of a request that could be read. */
export function requestRecord(asked: Asked & { readonly decision: Decision; readonly nowMs: number }): RequestRecord {
  const { origin, detail, decision, nowMs } = asked;
  const { tenantId, job, reason, idempotencyKey, rerunOf, hops } = detail;
  const input = detail.input === undefined ? undefined : canonicalJson(detail.input);
  return present({
    recordId: requestIdOf(asked),
    recordType: 'request' as const,
    requester: asked.requester ?? UNRECOGNISED,
    origin,
    tenantId,
    job,
    reason,
    input,
    inputSha256: input === undefined ? undefined : sha256Hex(input),
    idempotencyKey,
    rerunOf,
    hops,
    payloadSha256: sha256Hex(canonicalJson(detail)),
    decision: decision.allowed ? ('allowed' as const) : ('refused' as const),
    refusal: decision.allowed ? undefined : decision.refusal,
    accountIds: decision.allowed ? decision.accounts.map((account) => account.accountId) : undefined,
    recordedAtMs: nowMs,
    day: utcDay(nowMs),
  });
}

export type Illegible = {
  readonly origin: RequestOrigin | { readonly kind: 'message'; readonly eventId: string };
  readonly requester: string | undefined;
  readonly claimed: ClaimedNames;
  readonly refusal: Refusal;
  readonly body: string;
  readonly nowMs: number;
};

/** The record of a request that could not be read: that it came, from where, and the hash of what it said. */
export function illegibleRequestRecord({ origin, requester, claimed, refusal, body, nowMs }: Illegible): RequestRecord {
  const who = origin.kind === 'event' ? [origin.account, origin.source] : [];
  return present({
    recordId: requestRecordId(derivedId(['illegible', origin.kind, ...who, origin.eventId])),
    recordType: 'request' as const,
    requester: requester ?? UNRECOGNISED,
    origin,
    ...claimed,
    payloadSha256: sha256Hex(body),
    decision: 'refused' as const,
    refusal,
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
    recordId: requestRecordId(derivedId(['conflict', wanted.recordId, wanted.payloadSha256])),
    decision: 'refused',
    refusal: { reason: 'request.idConflict', explanation: `${taken.recordId} has another payload (sha256 ${hashes})` },
  };
}

/**
 * The id of a request: the same for every delivery of the same event, and for every event with the same idempotency
 * key of the same requester (a requester that repeats PutEvents gets a new event id).
 */
function requestIdOf({ origin, detail, brokerAccountId }: Asked): string {
  const identity = detail.idempotencyKey === undefined ? ['event', origin.eventId] : ['key', detail.idempotencyKey];
  return requestRecordId(derivedId(['request', brokerAccountId, origin.account, origin.source, ...identity]));
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
