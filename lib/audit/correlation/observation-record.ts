import * as v from 'valibot';
import { derivedId } from '../../platform/ids.ts';
import { observationRecordId } from '../../platform/table-keys.ts';

/**
 * What CloudTrail showed of AssumeRole calls by the deployment's own principals: one record for each role session name, and
 * one for each denied call, which CloudTrail shows without a session name. Only correlate-cloudtrail writes it, and what it
 * proves is judged whenever it is read (`judgeSessions`). Its schema has no place for a session token or an external ID.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** How many calls are kept of one session name. Further ones are strays anyway, and only counted. */
export const MOST_CALLS_KEPT = 32;

const observedCallSchema = v.strictObject({
  /** The event of the first copy that came; both accounts' copies and every delivery describe the same call. */
  eventId: v.string(),
  stsRequestId: v.string(),
  /** The time by STS, in whole seconds. */
  atMs: count,
  /** When the first copy was received, by our clock. */
  receivedAtMs: count,
  callerRoleArn: v.exactOptional(v.string()),
  sourceIpAddress: v.exactOptional(v.string()),
  userAgent: v.exactOptional(v.string()),
  /** For a denied call, present only where AWS's message names the role. */
  roleArn: v.exactOptional(v.string()),
  accessKeyId: v.exactOptional(v.string()),
  assumedRoleId: v.exactOptional(v.string()),
  errorCode: v.exactOptional(v.string()),
});
export type ObservedCall = v.InferOutput<typeof observedCallSchema>;

export const observationRecordSchema = v.strictObject({
  recordId: v.pipe(v.string(), v.regex(/^seen_[a-z2-7]{32}$/)),
  recordType: v.literal('observation'),
  /** One more with each write; every write is conditional on it. */
  version: count,
  /** Present for sessions that were made; left out for one denied call. */
  sessionName: v.exactOptional(v.string()),
  calls: v.pipe(v.array(observedCallSchema), v.minLength(1), v.maxLength(MOST_CALLS_KEPT)),
  /** The number of calls beyond those that are kept. */
  uncounted: count,
  /** The issuance or probe that announced the session name or recorded the call, once it is found. */
  of: v.exactOptional(v.string()),
  /** The STS request ids of the calls that were reported as strays. */
  told: v.array(v.string()),
  recordedAtMs: count,
  /** Keys of the audit's indexes, for the last call. Earlier calls have pointers. */
  lastAccessKeyId: v.exactOptional(v.string()),
  lastStsRequestId: v.exactOptional(v.string()),
  /**
   * Keys of the audit's indexes, present only in a record that holds a stray, so that other records appear in no list
   * of a day.
   */
  exception: v.exactOptional(v.literal('stray')),
  day: v.exactOptional(v.string()),
  accountId: v.exactOptional(v.string()),
  /** Both or neither are present: where and when the correlation checks again, because the verdict is not final. */
  dueShard: v.exactOptional(v.string()),
  dueAtMs: v.exactOptional(count),
});
export type ObservationRecord = v.InferOutput<typeof observationRecordSchema>;

/** The id of the record of every session with this role session name. */
export function observationIdOfSession(sessionName: string): string {
  return observationRecordId(derivedId(['observation', 'session', sessionName]));
}

/** The id of the record of one denied call. */
export function observationIdOfDenial(stsRequestId: string): string {
  return observationRecordId(derivedId(['observation', 'denial', stsRequestId]));
}
