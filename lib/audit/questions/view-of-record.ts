import type { Issuance } from '../../ledger/issuance.ts';
import type { ObservationRecord } from '../correlation/observation-record.ts';
import type { IssuanceView, ObservationView, RecordView } from './audit-api.ts';
import type { LedgerRecord } from './read-record.ts';
import { type Judging, verdictsOfObservation } from './verdicts-of-observation.ts';

type Viewed = Exclude<LedgerRecord, { readonly recordType: 'pointer' }>;

/** A record as the audit shows it. `announcer` is the record that announced the calls of an observation. */
export function viewOf(record: Viewed, judging: Judging, announcer?: LedgerRecord): RecordView {
  switch (record.recordType) {
    case 'issuance':
      return issuanceView(record, judging.nowMs);
    case 'observation':
      return observationView(record, announcer, judging);
    case 'request': {
      const { recordId: requestId, day: _day, exception: _exception, ...rest } = record;
      return { ...rest, requestId };
    }
    case 'probe': {
      const { recordId: probeId, day: _day, ...rest } = record;
      return { ...rest, probeId };
    }
    case 'strangers': {
      const { day: _day, ...rest } = record;
      return rest;
    }
    default:
      return record;
  }
}

export function issuanceView(issuance: Issuance, nowMs: number): IssuanceView {
  const { recordId, requestId, tenantId, accountId, job, requester, delivery, state, recordedAtMs, roleArn } = issuance;
  return {
    recordType: 'issuance',
    issuanceId: recordId,
    requestId,
    tenantId,
    accountId,
    job,
    requester,
    ...(delivery === undefined ? {} : { delivery }),
    state,
    recordedAtMs,
    ...(roleArn === undefined ? {} : { roleArn }),
    ...('code' in issuance && issuance.code !== undefined ? { code: issuance.code } : {}),
    ...('refusal' in issuance ? { refusal: issuance.refusal } : {}),
    attempts: issuance.attempts,
    ...('claim' in issuance && issuance.claim !== undefined ? { claim: issuance.claim } : {}),
    ...reportOf(issuance),
    isLive: isLive(issuance, nowMs),
  };
}

/**
 * Whether a session of the issuance may still be used. A delivered session may be used until its fence, even when the
 * job has reported. A session that was dropped, or whose ticket was removed, cannot be opened by anybody.
 */
export function isLive({ attempts, delivery }: Issuance, nowMs: number): boolean {
  return attempts.some(({ outcome, fenceMs }) => {
    if (fenceMs === undefined || fenceMs <= nowMs) return false;
    // Credentials that were given to a caller cannot be taken back.
    return outcome === 'issued' || (delivery === 'caller' && outcome === 'revoked');
  });
}

function reportOf(issuance: Issuance): Pick<IssuanceView, 'report'> {
  if (!('report' in issuance) || issuance.report === undefined) return {};
  const { summary, code, name, message, ...rest } = issuance.report;
  const told = Object.entries({ summary, code, name, message }).filter(([, text]) => text !== undefined);
  return { report: { ...rest, ...Object.fromEntries(told) } };
}

function observationView(
  observation: ObservationRecord,
  announcer: LedgerRecord | undefined,
  judging: Judging,
): ObservationView {
  const { recordId, sessionName, of, recordedAtMs, uncounted } = observation;
  return {
    recordType: 'observation',
    observationId: recordId,
    ...(sessionName === undefined ? {} : { sessionName }),
    ...(of === undefined ? {} : { of }),
    recordedAtMs,
    calls: verdictsOfObservation(observation, announcer, judging),
    uncounted,
  };
}
