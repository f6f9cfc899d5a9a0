import * as v from 'valibot';
import type { Assumption } from '../broker/assume-tenant-role.ts';
import { BrokerError } from '../errors.ts';
import { utcDay } from '../ledger/issuance.ts';
import { answeredBy } from '../ledger/issuance-change.ts';
import { isNegative, PROBES, type ProbeOrder, type ProbeResult } from '../onboarding/trust/probe-role.ts';
import { derivedId, type Ids } from '../platform/ids.ts';
import { probeRecordId } from '../platform/table-keys.ts';

/**
 * The record of one probe: one AssumeRole that shows what a role's trust policy allows, and is used for nothing else.
 * It is written before the call and given its outcome after it. The schema is closed, so it can hold neither a
 * credential nor an external ID.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const code = v.pipe(v.string(), v.regex(/^[A-Za-z]+(?:\.[A-Za-z]+)?$/));

export const probeRecordSchema = v.strictObject({
  /** Is the role session name of the call too: what leads from the tenant's CloudTrail to this record. */
  recordId: v.pipe(v.string(), v.regex(/^probe_[a-z2-7]{32}$/)),
  recordType: v.literal('probe'),
  tenantId: v.string(),
  accountId: v.string(),
  roleArn: v.string(),
  /** `assumeDecoy`: what had to be done before the decoy could probe. */
  probe: v.picklist([...PROBES, 'assumeDecoy']),
  /** The function that makes the call. */
  by: v.string(),
  recordedAtMs: count,
  day: v.string(),
  /**
   * `open`: not made yet, or nothing known of it. `unknown`: the answer was lost, a session may have been made that
   * nobody holds. `unavailable`: no session was made, and the answer says nothing about the role.
   */
  outcome: v.picklist(['open', 'accepted', 'denied', 'unknown', 'unavailable']),
  /** Set before the call, by whoever makes it: one record is one call at the most. */
  calledAtMs: v.optional(count),
  answeredAtMs: v.optional(count),
  code: v.optional(code),
  lastAccessKeyId: v.optional(v.string()),
  lastStsRequestId: v.optional(v.string()),
  /** When the session that the probe made ends by itself. It could never do anything. */
  expiresAtMs: v.optional(count),
});
export type ProbeRecord = v.InferOutput<typeof probeRecordSchema>;

/** Who makes a probe, and when. */
export type ProbeMaker = { readonly by: string; readonly ids: Pick<Ids, 'uuid'>; readonly nowMs: number };

/** The record of a probe that is to be made. It does not hold the external ID. */
export function openProbe(order: ProbeOrder, { by, ids, nowMs }: ProbeMaker): ProbeRecord {
  const { tenantId, accountId, roleArn, probe } = order;
  return {
    recordId: probeRecordId(derivedId(['probe', ids.uuid()])),
    recordType: 'probe',
    tenantId,
    accountId,
    roleArn,
    probe,
    by,
    recordedAtMs: nowMs,
    day: utcDay(nowMs),
    outcome: 'open',
  };
}

/**
 * The record with the answer of STS. It keeps nothing of the credentials, and of the session what CloudTrail shows
 * too.
 */
export function closedProbe(record: ProbeRecord, assumption: Assumption, answeredAtMs: number): ProbeRecord {
  const code = assumption.outcome === 'assumed' ? {} : { code: assumption.code };
  return { ...record, ...outcomeOf(assumption), ...code, answeredAtMs };
}

/** What a record proves. An open one proves nothing. */
export function probeResultOf({ recordId, probe, outcome, code }: ProbeRecord): ProbeResult {
  if (probe === 'assumeDecoy') throw new BrokerError('internal', 'becoming the decoy proves nothing of a tenant');
  if (outcome === 'accepted') return { probe, outcome, recordId };
  // A region that is switched off keeps us out, and does not prove that the trust policy would.
  const proven = code === 'sts.denied' || !isNegative(probe);
  if (outcome === 'denied' && proven) return { probe, outcome, recordId };
  return { probe, outcome: 'inconclusive', recordId };
}

type Outcome = Pick<ProbeRecord, 'outcome' | 'lastAccessKeyId' | 'lastStsRequestId' | 'expiresAtMs'>;

function outcomeOf(assumption: Assumption): Outcome {
  const { session } = 'session' in assumption ? assumption : {};
  // Whatever is odd about it, STS made a session: the role opened.
  if (session !== undefined) {
    const { accessKeyId, expiresAtMs } = session;
    return { outcome: 'accepted', lastAccessKeyId: accessKeyId, ...answeredBy(session), expiresAtMs };
  }
  const { outcome } = assumption;
  if (outcome !== 'denied' && outcome !== 'unavailable' && outcome !== 'failed') return { outcome: 'unknown' };
  return { outcome: outcome === 'denied' ? outcome : 'unavailable', ...answeredBy(assumption) };
}
