import { type IssuanceIn, issuanceIdOf } from '../../lib/ledger/issuance.ts';
import { type IssuanceIdentity, openIntended } from '../../lib/ledger/issuance-intents.ts';
import { issued } from '../../lib/ledger/issuance-transitions.ts';
import type { RequestRecord } from '../../lib/ledger/request-record.ts';
import { derivedId, sha256Hex } from '../../lib/platform/ids.ts';
import { requestRecordId } from '../../lib/platform/table-keys.ts';
import { START_MS } from './frozen-clock.ts';

/** A request of its own for each name. */
export function aRequest(name: string, change: Partial<RequestRecord> = {}): RequestRecord {
  return {
    recordId: requestRecordId(derivedId([name])),
    recordType: 'request',
    requester: 'scans',
    origin: { kind: 'event', account: '111111111111', source: 'com.example.scans', eventId: name, timeMs: START_MS },
    tenantId: 'acme',
    job: 'scan-account',
    payloadSha256: sha256Hex(name),
    decision: 'allowed',
    accountIds: ['222222222222'],
    recordedAtMs: START_MS,
    day: '2031-05-06',
    ...change,
  };
}

/** What names the issuance of `aRequest`. */
export function anIdentity(name: string): IssuanceIdentity {
  const requestId = aRequest(name).recordId;
  return {
    recordId: issuanceIdOf({ requestId, job: 'scan-account', accountId: '222222222222' }),
    requestId,
    tenantId: 'acme',
    accountId: '222222222222',
    job: 'scan-account',
    requester: 'scans',
  };
}

/** An issuance of its own for each name, just intended by `owner`. */
export function anIntended(name: string, owner = 'owner-1'): IssuanceIn<'intended'> {
  const roleArn = 'arn:aws:iam::222222222222:role/credential-broker/scanner';
  return openIntended(anIdentity(name), { owner, roleArn, tenantVersion: 3, roleVersion: 2 }, START_MS);
}

/** What `anIntended` becomes when STS has given a session. */
export function anIssued(intended: IssuanceIn<'intended'>): IssuanceIn<'issued'> {
  const usableUntilMs = START_MS + 300_000;
  const session = { accessKeyId: 'ASIA1', assumedRoleId: 'AROA', stsRequestId: 'sts-1', issuedAtMs: START_MS };
  const times = { expiresAtMs: START_MS + 900_000, fenceMs: START_MS + 600_000 };
  const ticket = { wrappedKey: new Uint8Array([1, 2, 3]), attempt: intended.attempt, usableUntilMs };
  return issued(intended, { ...session, ...times, policySha256: sha256Hex('policy'), ticket }, START_MS);
}
