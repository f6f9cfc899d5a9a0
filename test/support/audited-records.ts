import type { ObservationRecord, ObservedCall } from '../../lib/audit/correlation/observation-record.ts';
import { observationIdOfSession } from '../../lib/audit/correlation/observation-record.ts';
import { type Issuance, type IssuanceIn, issuanceIdOf, utcDay } from '../../lib/ledger/issuance.ts';
import { type IssuanceIdentity, openIntended, openRefused } from '../../lib/ledger/issuance-intents.ts';
import { issued } from '../../lib/ledger/issuance-transitions.ts';
import type { RequestRecord } from '../../lib/ledger/request-record.ts';
import { sha256Hex } from '../../lib/platform/ids.ts';
import { aRequest } from './an-issuance.ts';
import { auditRoles } from './audit-world.ts';
import { START_MS } from './frozen-clock.ts';

/** Records as the broker writes them, for questions: each name makes another request with one issuance. */
export type Recorded = {
  readonly tenantId?: string;
  readonly accountId?: string;
  readonly job?: string;
  readonly requester?: string;
  readonly atMs?: number;
};

export function identityFor(name: string, of: Recorded = {}): IssuanceIdentity {
  const { tenantId = 'acme', accountId = '222222222222', job = 'scan-account', requester = 'scans' } = of;
  const requestId = aRequest(name).recordId;
  const recordId = issuanceIdOf({ requestId, job, accountId });
  return { recordId, requestId, tenantId, accountId, job, requester };
}

export function requestFor(name: string, of: Recorded = {}, change: Partial<RequestRecord> = {}): RequestRecord {
  const {
    tenantId = 'acme',
    accountId = '222222222222',
    job = 'scan-account',
    requester = 'scans',
    atMs = START_MS,
  } = of;
  const stamped = { recordedAtMs: atMs, day: utcDay(atMs) };
  return aRequest(name, {
    tenantId,
    job,
    requester,
    accountIds: [accountId],
    reason: 'nightly',
    ...stamped,
    ...change,
  });
}

export function intendedFor(name: string, of: Recorded = {}): IssuanceIn<'intended'> {
  const identity = identityFor(name, of);
  const roleArn = `arn:aws:iam::${identity.accountId}:role/credential-broker/scanner`;
  const grounds = { owner: 'owner-1', roleArn, tenantVersion: 3, roleVersion: 2 };
  return openIntended(identity, grounds, of.atMs ?? START_MS);
}

export function refusedFor(name: string, of: Recorded = {}): Issuance {
  const refusal = {
    reason: 'account.notVerified',
    explanation: 'the trust of the role is pending, not proven',
  } as const;
  return openRefused(identityFor(name, of), refusal, of.atMs ?? START_MS);
}

/** With a ticket, as it lies in the table until it is claimed. */
export function issuedFor(name: string, of: Recorded & { readonly policySha256?: string } = {}): IssuanceIn<'issued'> {
  const intended = intendedFor(name, of);
  const atMs = (of.atMs ?? START_MS) + 200;
  const usableUntilMs = atMs + 300_000;
  const session = {
    accessKeyId: accessKeyOf(name),
    assumedRoleId: `AROA:${name}`,
    stsRequestId: stsRequestOf(name),
    issuedAtMs: atMs,
    expiresAtMs: atMs + 900_000,
    fenceMs: atMs + 600_000,
    policySha256: of.policySha256 ?? sha256Hex('policy'),
  };
  const ticket = { wrappedKey: new Uint8Array([83, 69, 67, 82, 69, 84]), attempt: intended.attempt, usableUntilMs };
  return issued(intended, { ...session, ticket }, atMs);
}

/** What a job makes of it. */
export function completedFor(name: string, of: Recorded = {}): IssuanceIn<'completed'> {
  const { ticket: _ticket, ...before } = issuedFor(name, of);
  const atMs = (of.atMs ?? START_MS) + 1_000;
  return {
    ...before,
    state: 'completed',
    claim: { atMs, attempt: 1, by: 'invocation-1' },
    report: { atMs: atMs + 5_000, attempt: 1, outcome: 'completed', summary: '{"buckets":3}' },
  };
}

export function accessKeyOf(name: string): string {
  return `ASIA${sha256Hex(name).slice(0, 16).toUpperCase()}`;
}

export function stsRequestOf(name: string): string {
  return `sts-${sha256Hex(name).slice(0, 16)}`;
}

/** What CloudTrail shows of the session of an issuance. */
export function seenOf(issuance: Issuance, change: Partial<ObservedCall> = {}): ObservationRecord {
  const [attempt] = issuance.attempts;
  if (attempt === undefined) throw new Error('nothing was announced');
  const atMs = (attempt.issuedAtMs ?? attempt.intendedAtMs) - 100;
  const call: ObservedCall = {
    eventId: `event-${attempt.sessionName}`,
    stsRequestId: attempt.stsRequestId ?? 'sts-unknown',
    atMs: Math.floor(atMs / 1_000) * 1_000,
    receivedAtMs: atMs + 120_000,
    callerRoleArn: auditRoles.arnOf('issue-credentials'),
    roleArn: issuance.roleArn ?? '',
    accessKeyId: attempt.accessKeyId ?? 'ASIALOST',
    ...change,
  };
  return {
    recordId: observationIdOfSession(attempt.sessionName),
    recordType: 'observation',
    version: 1,
    sessionName: attempt.sessionName,
    calls: [call],
    uncounted: 0,
    told: [],
    recordedAtMs: call.receivedAtMs,
    ...(call.accessKeyId === undefined ? {} : { lastAccessKeyId: call.accessKeyId }),
    lastStsRequestId: call.stsRequestId,
  };
}
