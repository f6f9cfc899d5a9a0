import type { Attempt, Issuance } from '../../ledger/issuance.ts';
import type { RequestRecord } from '../../ledger/request-record.ts';
import type { ProbeRecord } from '../../probes/probe-record.ts';
import { roleOfAttempt } from '../announcer.ts';
import type { Receipt } from './receipt.ts';

/** The attributes of an issuance that only the brokering functions write: a job cannot make its receipts vanish. */
export type ReceiptIssuance = Pick<
  Issuance,
  'recordType' | 'recordId' | 'requestId' | 'accountId' | 'job' | 'requester' | 'attempts' | 'trail' | 'roleArn'
>;

type Asked = {
  readonly request: Pick<RequestRecord, 'reason'> | undefined;
  readonly allowedActions: readonly string[];
};

/** The receipts of the calls that one record announced. Pure; a record contains nothing of another tenant. */
export function receiptsOfIssuance(issuance: ReceiptIssuance, { request, allowedActions }: Asked): readonly Receipt[] {
  const { recordId, accountId, job, requestId, requester } = issuance;
  const reason = request?.reason === undefined ? {} : { reason: request.reason };
  return issuance.attempts.map((attempt) => ({
    kind: 'issuance' as const,
    recordId,
    attempt: attempt.attempt,
    accountId,
    roleArn: roleOfAttempt(issuance, attempt.attempt),
    sessionName: attempt.sessionName,
    outcome: outcomeOf(attempt),
    intendedAtMs: attempt.intendedAtMs,
    ...known({
      issuedAtMs: attempt.issuedAtMs,
      expiresAtMs: attempt.expiresAtMs,
      fenceMs: attempt.fenceMs,
      accessKeyId: attempt.accessKeyId,
      stsRequestId: attempt.stsRequestId,
      policySha256: attempt.policySha256,
    }),
    job,
    requestId,
    requester,
    ...reason,
    allowedActions: [...allowedActions],
  }));
}

export function receiptOfProbe(probe: ProbeRecord): Receipt {
  const { recordId, accountId, roleArn, outcome, recordedAtMs, expiresAtMs, lastAccessKeyId, lastStsRequestId } = probe;
  return {
    kind: 'probe',
    recordId,
    attempt: 1,
    accountId,
    roleArn,
    sessionName: recordId,
    outcome: PROBE_OUTCOMES[outcome],
    intendedAtMs: recordedAtMs,
    ...known({ expiresAtMs, accessKeyId: lastAccessKeyId, stsRequestId: lastStsRequestId }),
    allowedActions: [],
  };
}

/** A call whose answer is not recorded yet may have made a session too. */
const PROBE_OUTCOMES = {
  open: 'unknown',
  accepted: 'issued',
  denied: 'denied',
  unknown: 'unknown',
  unavailable: 'none',
} as const satisfies Readonly<Record<ProbeRecord['outcome'], Receipt['outcome']>>;

function outcomeOf({ outcome, accessKeyId }: Attempt): Receipt['outcome'] {
  if (accessKeyId !== undefined) return 'issued';
  if (outcome === 'open' || outcome === 'unknown') return 'unknown';
  return outcome === 'denied' ? 'denied' : 'none';
}

type Known<Of> = { [Name in keyof Of]?: Exclude<Of[Name], undefined> };

/** The object without the members that are undefined. */
function known<Of extends object>(members: Of): Known<Of> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined)) as Known<Of>;
}
