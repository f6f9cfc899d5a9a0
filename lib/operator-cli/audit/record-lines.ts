import type {
  IssuanceView,
  ObservationView,
  ProbeView,
  RecordView,
  RequestView,
} from '../../audit/questions/audit-api.ts';
import { assertNever } from '../../errors.ts';

/** The columns of the CSV form of records, in this order. New ones are added at the end. */
export const RECORD_COLUMNS = [
  'recordType',
  'recordId',
  'recordedAt',
  'tenantId',
  'accountId',
  'job',
  'requester',
  'state',
  'code',
  'explanation',
  'requestId',
  'delivery',
  'reason',
  'attempt',
  'outcome',
  'sessionName',
  'accessKeyId',
  'stsRequestId',
  'roleArn',
  'intendedAt',
  'issuedAt',
  'expiresAt',
  'fenceAt',
  'isLive',
  'claimedAt',
  'claimedBy',
  'reportedAt',
  'report',
  'verdict',
  'sourceIpAddress',
  'userAgent',
  'counted',
  'belongsTo',
] as const;
export type RecordLine = Readonly<Partial<Record<(typeof RECORD_COLUMNS)[number], string | undefined>>>;

/**
 * A record as lines of one table: an issuance has one line for each attempt, an observation of CloudTrail one for each
 * call, everything else one. Times are ISO 8601.
 */
export function recordLines(record: RecordView): readonly RecordLine[] {
  switch (record.recordType) {
    case 'issuance':
      return linesOfIssuance(record);
    case 'request':
      return [lineOfRequest(record)];
    case 'probe':
      return [lineOfProbe(record)];
    case 'observation':
      return linesOfObservation(record);
    case 'strangers': {
      const { recordType, recordId, recordedAtMs, account, name, kind, counted } = record;
      const whose = {
        accountId: account,
        requester: name,
        state: 'refused',
        explanation: kind,
        counted: String(counted),
      };
      return [{ recordType, recordId, recordedAt: iso(recordedAtMs), ...whose }];
    }
    case 'unreadable':
      return [{ recordType: 'unreadable', recordId: record.recordId, explanation: record.problem }];
    default:
      return assertNever(record);
  }
}

function linesOfIssuance(issuance: IssuanceView): readonly RecordLine[] {
  const { claim, report, refusal } = issuance;
  const common: RecordLine = {
    recordType: issuance.recordType,
    recordId: issuance.issuanceId,
    recordedAt: iso(issuance.recordedAtMs),
    tenantId: issuance.tenantId,
    accountId: issuance.accountId,
    job: issuance.job,
    requester: issuance.requester,
    state: issuance.state,
    code: refusal?.reason ?? issuance.code ?? report?.code,
    explanation: refusal?.explanation,
    requestId: issuance.requestId,
    delivery: issuance.delivery,
    roleArn: issuance.roleArn,
    isLive: String(issuance.isLive),
    claimedAt: iso(claim?.atMs),
    claimedBy: claim?.by,
    reportedAt: iso(report?.atMs),
    report: report?.message ?? report?.summary,
  };
  if (issuance.attempts.length === 0) return [common];
  return issuance.attempts.map((attempt) => ({
    ...common,
    code: attempt.code ?? common.code,
    attempt: String(attempt.attempt),
    outcome: attempt.outcome,
    sessionName: attempt.sessionName,
    accessKeyId: attempt.accessKeyId,
    stsRequestId: attempt.stsRequestId,
    intendedAt: iso(attempt.intendedAtMs),
    issuedAt: iso(attempt.issuedAtMs),
    expiresAt: iso(attempt.expiresAtMs),
    fenceAt: iso(attempt.fenceMs),
  }));
}

function lineOfRequest(request: RequestView): RecordLine {
  const { recordType, requestId, recordedAtMs, tenantId, job, requester, decision, refusal, delivery, reason } =
    request;
  return {
    recordType,
    recordId: requestId,
    recordedAt: iso(recordedAtMs),
    tenantId,
    accountId: request.accountIds?.join(' '),
    job,
    requester,
    state: decision,
    code: refusal?.reason,
    explanation: refusal?.explanation,
    requestId,
    delivery,
    reason,
  };
}

function lineOfProbe(probe: ProbeView): RecordLine {
  return {
    recordType: probe.recordType,
    recordId: probe.probeId,
    recordedAt: iso(probe.recordedAtMs),
    tenantId: probe.tenantId,
    accountId: probe.accountId,
    requester: probe.by,
    state: probe.outcome,
    code: probe.code,
    explanation: probe.probe,
    outcome: probe.outcome,
    // The id of a probe is its session name.
    sessionName: probe.probeId,
    accessKeyId: probe.lastAccessKeyId,
    stsRequestId: probe.lastStsRequestId,
    roleArn: probe.roleArn,
    intendedAt: iso(probe.calledAtMs),
    issuedAt: probe.outcome === 'accepted' ? iso(probe.answeredAtMs) : undefined,
    expiresAt: iso(probe.expiresAtMs),
  };
}

function linesOfObservation(observation: ObservationView): readonly RecordLine[] {
  const { recordType, observationId, sessionName, of, calls } = observation;
  return calls.map((call) => ({
    recordType,
    recordId: observationId,
    recordedAt: iso(call.receivedAtMs),
    accountId: accountOf(call.roleArn),
    requester: call.callerRoleArn,
    state: call.verdict,
    code: call.errorCode ?? call.why,
    belongsTo: of,
    sessionName,
    accessKeyId: call.accessKeyId,
    stsRequestId: call.stsRequestId,
    roleArn: call.roleArn,
    issuedAt: iso(call.atMs),
    verdict: call.verdict,
    sourceIpAddress: call.sourceIpAddress,
    userAgent: call.userAgent,
  }));
}

/** The account in an IAM ARN. */
export function accountOf(roleArn: string | undefined): string | undefined {
  const account = roleArn?.split(':')[4];
  return account === undefined || account === '' ? undefined : account;
}

function iso(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}
