import * as v from 'valibot';
import { derivedId } from '../platform/ids.ts';
import { issuanceRecordId } from '../platform/table-keys.ts';
import { trailEntrySchema } from './trail.ts';

/**
 * What an issuance is: the life of one request for one account. Its state says which members it has. The schema is
 * closed, and every item is checked against it when it is written and when it is read.
 */
export const LIMITS = {
  /** The most sessions that may be made for one issuance. */
  attempts: 3,
  /** The most AssumeRole calls within one attempt. Another call follows only an error that was read in full. */
  calls: 8,
  /** How long an intent keeps other invocations away from the issuance. */
  leaseMs: 45_000,
  /** How long the sweeper waits after it handed an issuance back: the visibility time-out of the queue. */
  handBackMs: 180_000,
  /** How long it waits at the most, when several hand-backs came to nothing. */
  longestHandBackMs: 15 * 60_000,
  /** How long after its fence a claimed issuance may still report. */
  reportGraceMs: 60_000,
  /** How old an issuance may be and still be handed back: what stood in its way for so long will not go away. */
  openMs: 24 * 60 * 60_000,
} as const;

/** The unusual ends of requests and issuances, which the audit lists by themselves. */
const EXCEPTIONS = ['refused', 'denied', 'failed', 'expired', 'revoked', 'unknown'] as const;
export type Exception = (typeof EXCEPTIONS)[number];

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** What a claim needs, and removes. The wrapped key is of no use without the envelope, which is not in the ledger. */
const ticketSchema = v.strictObject({
  wrappedKey: v.custom<Uint8Array>((value) => value instanceof Uint8Array),
  attempt: count,
  usableUntilMs: count,
});
export type Ticket = v.InferOutput<typeof ticketSchema>;

const attemptSchema = v.strictObject({
  attempt: count,
  sessionName: v.string(),
  intendedAtMs: count,
  calls: count,
  /**
   * `open`: nothing known yet. `unknown`: a session may have been made that nobody holds. `undelivered`: a session was
   * made and dropped. `unclaimed`: delivered, and not claimed in time.
   */
  outcome: v.picklist(['open', 'issued', 'denied', 'failed', 'unknown', 'undelivered', 'unclaimed', 'revoked']),
  code: v.optional(v.string()),
  accessKeyId: v.optional(v.string()),
  assumedRoleId: v.optional(v.string()),
  stsRequestId: v.optional(v.string()),
  issuedAtMs: v.optional(count),
  expiresAtMs: v.optional(count),
  fenceMs: v.optional(count),
  usableUntilMs: v.optional(count),
  policySha256: v.optional(v.string()),
});
export type Attempt = v.InferOutput<typeof attemptSchema>;

/** Written by the job: once, by condition. */
const claimSchema = v.strictObject({ atMs: count, attempt: count, by: v.string() });
const reportSchema = v.strictObject({
  atMs: count,
  attempt: count,
  outcome: v.picklist(['completed', 'failed']),
  /** JSON text, 4 KB at most. */
  summary: v.optional(v.string()),
  code: v.optional(v.string()),
  name: v.optional(v.string()),
  message: v.optional(v.string()),
});

const refusalSchema = v.strictObject({ reason: v.string(), explanation: v.string() });

const core = {
  recordId: v.string(),
  recordType: v.literal('issuance'),
  requestId: v.string(),
  tenantId: v.string(),
  accountId: v.string(),
  job: v.string(),
  requester: v.string(),
  /** `caller`: the session goes to whoever asked, and no ticket is ever made. Left out, to the job's function. */
  delivery: v.exactOptional(v.literal('caller')),
  recordedAtMs: count,
  /** UTC day of the record, `YYYY-MM-DD`: a key of the audit's index. */
  day: v.string(),
  attempt: count,
  attempts: v.array(attemptSchema),
  trail: v.array(trailEntrySchema),
  /** Hash of the last entry. Every write of the broker is conditional on it. */
  trailHead: v.string(),
  roleArn: v.optional(v.string()),
  /** The access key of the last session made: a key of the audit's index. */
  lastAccessKeyId: v.optional(v.string()),
  /** The request id of the last call that STS answered, with a session or an error: a key of the audit's index. */
  lastStsRequestId: v.optional(v.string()),
  /** Set when the issuance ended in an unusual way, to its state: the key of an index that holds these only. */
  exception: v.optional(v.picklist(EXCEPTIONS)),
  /** When the sweeper looks at this issuance next, in its sparse index. Both are set or neither is. */
  dueShard: v.optional(v.string()),
  dueAtMs: v.optional(count),
};

const owned = {
  owner: v.string(),
  leaseUntilMs: count,
  call: count,
  /** What a continuation does: another call of this attempt, or another attempt. */
  resume: v.picklist(['call', 'attempt']),
};
const jobWrote = { claim: v.optional(claimSchema), report: v.optional(reportSchema) };

export const issuanceSchema = v.variant('state', [
  v.strictObject({ ...core, state: v.literal('refused'), refusal: refusalSchema }),
  v.strictObject({ ...core, ...owned, state: v.literal('intended') }),
  v.strictObject({ ...core, ...owned, state: v.literal('issued'), ticket: v.optional(ticketSchema) }),
  v.strictObject({ ...core, ...owned, ...jobWrote, state: v.literal('claimed') }),
  v.strictObject({ ...core, ...owned, ...jobWrote, state: v.literal('completed') }),
  v.strictObject({ ...core, ...owned, ...jobWrote, state: v.literal('failed'), code: v.optional(v.string()) }),
  v.strictObject({ ...core, ...owned, state: v.literal('denied'), code: v.string() }),
  v.strictObject({ ...core, ...owned, state: v.literal('revoked'), refusal: refusalSchema }),
  v.strictObject({ ...core, ...owned, state: v.literal('expired') }),
  v.strictObject({ ...core, ...owned, ...jobWrote, state: v.literal('unknown') }),
]);

export type Issuance = v.InferOutput<typeof issuanceSchema>;
export type IssuanceState = Issuance['state'];
export type IssuanceIn<State extends IssuanceState> = Extract<Issuance, { state: State }>;
/** The states from which the broker may still go on. */
export type OpenIssuance = IssuanceIn<'intended' | 'issued'>;

/**
 * The id of the issuance of one request for one account. Derived, so that a message delivered twice finds the same
 * one.
 */
export function issuanceIdOf({
  requestId,
  job,
  accountId,
}: {
  requestId: string;
  job: string;
  accountId: string;
}): string {
  return issuanceRecordId({ job, hash: derivedId(['issuance', requestId, accountId]) });
}

/**
 * The role session name, which the tenant finds in its CloudTrail and which leads from there to one attempt of one
 * issuance. It names no tenant. STS takes 2 to 64 characters of `[\w+=,.@-]` (STS API Reference, AssumeRole).
 */
export function sessionNameOf({ issuanceId, attempt }: { issuanceId: string; attempt: number }): string {
  return `${issuanceId}.${attempt}`;
}

export function utcDay(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
