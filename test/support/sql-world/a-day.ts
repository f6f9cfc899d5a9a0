import type { ArchivedChange } from '../../../lib/audit/archive/archived-change.ts';
import { denied } from '../../../lib/ledger/issuance-endings.ts';
import { openRefused } from '../../../lib/ledger/issuance-intents.ts';
import { strangersRecord } from '../../../lib/ledger/strangers-record.ts';
import { probeRecordId } from '../../../lib/platform/table-keys.ts';
import {
  type AssumeRoleEvent,
  deniedAssumeRoleRecord,
  issuedAssumeRoleRecords,
} from '../../../local/cloudtrail/assume-role-record.ts';
import { ServiceError } from '../../../local/service.ts';
import { anIdentity, anIntended, anIssued, aRequest } from '../an-issuance.ts';
import { changeOf } from '../archive-world/archived-life.ts';
import { countingIds } from '../counting-ids.ts';
import { START_MS } from '../frozen-clock.ts';
import type { SqlWorldFiles, Trail } from './sql-world.ts';

export const OURS = '111111111111';
export const THEIRS = '222222222222';
const ROLE = `arn:aws:iam::${THEIRS}:role/credential-broker/scanner`;
const PROBED = `arn:aws:iam::${THEIRS}:role/credential-broker/probed`;
export const TOKEN = 'session-token-that-nobody-may-see';
export const EXTERNAL_ID = 'cb-external-id-that-nobody-may-see';

/** Of the questions: the evening of the day. */
export const EVENING_MS = START_MS + 8 * 3_600_000;

const matched = anIssued(anIntended('matched'));
const lost = anIntended('lost');
const unseen = { ...anIssued(anIntended('unseen')), lastAccessKeyId: 'ASIA9' };
const refused = openRefused(anIdentity('refused'), { reason: 'tenant.suspended', explanation: 'suspended' }, START_MS);
const deniedOne = denied(anIntended('denied'), { code: 'sts.denied', stsRequestId: 'sts-denied', atMs: START_MS + 50 });

/** The issuances by what became of them. */
export const ids = {
  matched: matched.recordId,
  lost: lost.recordId,
  unseen: unseen.recordId,
  refused: refused.recordId,
  denied: deniedOne.recordId,
};

export const probeId = probeRecordId('b'.repeat(32));
const probe = {
  recordId: probeId,
  recordType: 'probe',
  tenantId: 'acme',
  accountId: THEIRS,
  roleArn: PROBED,
  probe: 'noExternalId',
  by: 'verify-trust',
  recordedAtMs: START_MS,
  day: '2031-05-06',
  outcome: 'open',
  calledAtMs: START_MS,
};
const accepted = {
  ...probe,
  outcome: 'accepted',
  answeredAtMs: START_MS + 90,
  lastAccessKeyId: 'ASIAPROBE',
  lastStsRequestId: 'sts-probe',
  expiresAtMs: START_MS + 900_000,
};

const claim = { atMs: START_MS + 1_000, attempt: 1, by: 'scan-account' };
const report = { atMs: START_MS + 60_000, attempt: 1, outcome: 'completed' };
const { ticket: _, ...matchedOnRecord } = matched;
const { ticket: __, ...unseenOnRecord } = {
  ...unseen,
  attempts: unseen.attempts.map((attempt) => ({ ...attempt, accessKeyId: 'ASIA9', stsRequestId: 'sts-9' })),
};

const records = [
  aRequest('matched', { reason: 'nightly scan' }),
  anIntended('matched'),
  matchedOnRecord,
  { ...matchedOnRecord, state: 'claimed', claim },
  { ...matchedOnRecord, state: 'completed', claim, report },
  aRequest('refused', {
    decision: 'refused',
    exception: 'refused',
    refusal: { reason: 'requester.unknown', explanation: 'nobody' },
    requester: '=cmd()',
  }),
  refused,
  anIntended('denied'),
  deniedOne,
  { ...lost, attempts: lost.attempts.map((attempt) => ({ ...attempt, outcome: 'unknown', code: 'sts.timedOut' })) },
  unseenOnRecord,
  probe,
  accepted,
  strangersRecord(
    { source: { kind: 'event', account: '333333333333', name: 'com.example.odd' }, minuteMs: START_MS },
    { counted: 41, nowMs: START_MS + 60_000 },
  ),
] as const;

function changes(): readonly ArchivedChange[] {
  const seen = new Set<string>();
  return records.map((record, position) => {
    const isNew = !seen.has(record.recordId);
    seen.add(record.recordId);
    return changeOf(record, { position, isNew });
  });
}

/** Somebody gave the refused one another state; the longer sequence number is the later one. */
function tampered(): ArchivedChange {
  const otherJob = { ...refused, job: 'process-logs' };
  const change = changeOf(otherJob, { position: 99, isNew: false });
  const findings = [{ finding: 'rewritten' as const, explanation: 'job was changed' }];
  return { ...change, sequenceNumber: '100000000000000000000000', findings };
}

type Allowed = {
  readonly name: string;
  readonly key: string;
  readonly sts: string;
  readonly role?: string;
  readonly by?: string;
};

function assumed({ name, key, sts, role = ROLE, by = 'issue-credentials' }: Allowed, atMs = START_MS + 400): Trail {
  const event = assumeRoleEvent({ role, by, sts, name, atMs });
  return issuedAssumeRoleRecords(event, {
    accessKeyId: key,
    sessionToken: TOKEN,
    expiresAtMs: atMs + 900_000,
    assumedRoleArn: `arn:aws:sts::${THEIRS}:assumed-role/scanner/${name}`,
    assumedRoleId: `AROATHEIRS:${name}`,
    sourceIdentity: undefined,
  });
}

function refusedBySts(sts: string, atMs: number): Trail {
  const event = assumeRoleEvent({ role: ROLE, by: 'issue-credentials', sts, name: 'x', atMs });
  const message = `User: x is not authorized to perform: sts:AssumeRole on resource: ${ROLE}`;
  return [deniedAssumeRoleRecord(event, new ServiceError('AccessDenied', 403, message))];
}

const uuids = countingIds();
const stackIds = { uuid: () => uuids.uuid(), bytes: (length: number) => new Uint8Array(length) };

type Call = {
  readonly role: string;
  readonly by: string;
  readonly sts: string;
  readonly name: string;
  readonly atMs: number;
};

function assumeRoleEvent({ role, by, sts, name, atMs }: Call): AssumeRoleEvent {
  const roleName = `credential-broker-dev-${by}`;
  return {
    call: {
      caller: {
        kind: 'session' as const,
        accountId: OURS,
        arn: `arn:aws:sts::${OURS}:assumed-role/${roleName}/${by}`,
        principalArn: `arn:aws:iam::${OURS}:role/${roleName}`,
        userId: `AROAOURS:${by}`,
        accessKeyId: 'ASIABROKER',
        identityPolicies: () => [],
      },
      input: { RoleArn: role, RoleSessionName: name, ExternalId: EXTERNAL_ID, DurationSeconds: 900 },
      requestId: sts,
      region: 'eu-west-1',
      sourceIp: '203.0.113.1',
      userAgent: 'aws-sdk-js/3',
    },
    roleArn: role,
    roleAccountId: THEIRS,
    incomingTransitiveTags: new Map<string, string>(),
    partition: 'aws',
    nowMs: atMs,
    ids: stackIds,
  };
}

function usedFor(eventName: string, atMs: number, errorCode?: string): Trail {
  return [
    {
      eventVersion: '1.11',
      userIdentity: { type: 'AssumedRole', accountId: THEIRS, accessKeyId: 'ASIA1', principalId: 'AROA:x' },
      eventTime: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
      eventSource: 's3.amazonaws.com',
      eventName,
      awsRegion: 'eu-west-1',
      sourceIPAddress: atMs % 2 === 0 ? '198.51.100.7' : '198.51.100.8',
      userAgent: 'scan/1',
      ...(errorCode !== undefined && { errorCode, errorMessage: 'no' }),
      requestParameters: { bucketName: 'logs', nested: [1, { a: true }] },
      responseElements: null,
      requestID: `${eventName}-${atMs}`,
      eventID: `${eventName}-${atMs}`,
      readOnly: true,
      recipientAccountId: THEIRS,
    },
  ];
}

const trail: Trail = [
  ...usedFor('DescribeInstances', START_MS - 3_600_000).map((record) => ({
    ...record,
    userIdentity: { type: 'IAMUser', accountId: THEIRS },
  })),
  ...assumed({ name: `${ids.matched}.1`, key: 'ASIA1', sts: 'sts-1' }),
  ...assumed({ name: `${ids.lost}.1`, key: 'ASIALOST', sts: 'sts-lost' }),
  ...assumed({ name: `${ids.lost}.1`, key: 'ASIASECOND', sts: 'sts-second' }, START_MS + 2_400),
  ...assumed({ name: probeId, key: 'ASIAPROBE', sts: 'sts-probe', role: PROBED, by: 'verify-trust' }),
  ...assumed({ name: 'nobody-announced-this', key: 'ASIASTRAY', sts: 'sts-stray' }),
  ...assumed({ name: `${ids.unseen}.1`, key: 'ASIAODD', sts: 'sts-odd', by: 'manage-tenants' }),
  ...refusedBySts('sts-denied', START_MS),
  ...refusedBySts('sts-of-the-lost', START_MS),
  ...refusedBySts('sts-too-early', START_MS - 40_000),
  ...refusedBySts('sts-too-late', START_MS + 100_000),
  ...refusedBySts('sts-unrecorded', START_MS + 2 * 3_600_000),
  ...usedFor('ListBuckets', START_MS + 2_000),
  ...usedFor('ListBuckets', START_MS + 3_001),
  ...usedFor('ListBuckets', START_MS + 700_000, 'AccessDenied'),
  ...usedFor('GetBucketPolicy', START_MS + 4_000),
  ...usedFor('DescribeInstances', EVENING_MS).map((record) => ({
    ...record,
    userIdentity: { type: 'IAMUser', accountId: THEIRS },
  })),
];

/** A day of the broker, as its archive and CloudTrail hold it. */
export const aDay: SqlWorldFiles = {
  batches: [
    { putAtMs: START_MS + 1_000, changes: changes().slice(0, 4) },
    // A batch that was handed over twice, and the rest.
    { putAtMs: START_MS + 2_000, changes: changes().slice(2) },
    { putAtMs: START_MS + 24 * 3_600_000, changes: [tampered()] },
  ],
  trails: [OURS, THEIRS].map((accountId) => ({
    accountId,
    records: trail.filter((record) => record['recipientAccountId'] === accountId),
  })),
};
