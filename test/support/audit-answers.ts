import type {
  Cost,
  Currency,
  IssuanceStory,
  IssuanceView,
  ObservationView,
  ProbeView,
  RecordPage,
  RecordView,
  RequestView,
  StrangersView,
} from '../../lib/audit/questions/audit-api.ts';
import { roleArnOf } from './management-answers.ts';
import { CLI_NOW_MS } from './run-broker.ts';

/** Answers of the audit's API, as a command line gets them. */
const MINUTE_MS = 60_000;
export const AN_ISSUANCE_ID = 'scan-account.abcdefghijklmnopqrstuvwxyz234567';
const REQUEST_ID = 'req_22222222222222222222222222222222';
const ASKED_MS = CLI_NOW_MS - 12 * MINUTE_MS;

const attempt = {
  attempt: 1,
  sessionName: `${AN_ISSUANCE_ID}.1`,
  intendedAtMs: ASKED_MS + 900,
  calls: 1,
  outcome: 'issued',
  accessKeyId: 'ASIAEXAMPLEKEY000001',
  assumedRoleId: `AROAEXAMPLEROLE00001:${AN_ISSUANCE_ID}.1`,
  stsRequestId: '7d1f2c1e-0000-4000-8000-00000000aaaa',
  issuedAtMs: ASKED_MS + 1_400,
  expiresAtMs: ASKED_MS + 60 * MINUTE_MS,
  fenceMs: ASKED_MS + 16 * MINUTE_MS,
  policySha256: 'a'.repeat(64),
} as const;

export function anIssuanceView(overrides: Partial<IssuanceView> = {}): IssuanceView {
  return {
    recordType: 'issuance',
    issuanceId: AN_ISSUANCE_ID,
    requestId: REQUEST_ID,
    tenantId: 'acme',
    accountId: '222222222222',
    job: 'scan-account',
    requester: 'scans',
    state: 'completed',
    recordedAtMs: ASKED_MS + 900,
    roleArn: roleArnOf('222222222222'),
    attempts: [attempt],
    claim: { atMs: ASKED_MS + 2_000, attempt: 1, by: 'run-job/7' },
    report: { atMs: ASKED_MS + 95_000, attempt: 1, outcome: 'completed', summary: '{"buckets":3}' },
    isLive: false,
    ...overrides,
  };
}

const { claim: _claim, report: _report, ...unclaimed } = anIssuanceView();
export const aRefusedView: IssuanceView = {
  ...unclaimed,
  issuanceId: 'scan-account.33333333333333333333333333333333',
  state: 'refused',
  attempts: [],
  refusal: { reason: 'account.notVerified', explanation: 'the role is not proven, "pending"' },
};

export const aRequestView: RequestView = {
  recordType: 'request',
  requestId: REQUEST_ID,
  requester: 'scans',
  origin: {
    kind: 'event',
    account: '333333333333',
    source: 'com.example.scans',
    eventId: '6f1d0c6e-0000-4000-8000-000000000001',
    timeMs: ASKED_MS,
  },
  tenantId: 'acme',
  job: 'scan-account',
  reason: '=HYPERLINK("http://evil.example","nightly")\u001b[31m',
  payloadSha256: 'b'.repeat(64),
  decision: 'allowed',
  accountIds: ['222222222222', '444444444444'],
  recordedAtMs: ASKED_MS + 300,
};

export const aProbeView: ProbeView = {
  recordType: 'probe',
  probeId: 'probe_44444444444444444444444444444444',
  tenantId: 'acme',
  accountId: '222222222222',
  roleArn: roleArnOf('222222222222'),
  probe: 'noExternalId',
  by: 'verify-trust',
  recordedAtMs: ASKED_MS - 60 * MINUTE_MS,
  outcome: 'denied',
  calledAtMs: ASKED_MS - 60 * MINUTE_MS + 50,
  answeredAtMs: ASKED_MS - 60 * MINUTE_MS + 130,
  code: 'sts.denied',
  lastStsRequestId: '7d1f2c1e-0000-4000-8000-00000000bbbb',
};

export const strangersView: StrangersView = {
  recordType: 'strangers',
  recordId: 'strangers_55555555555555555555555555555555',
  kind: 'event',
  account: '555555555555',
  name: 'com.example.unknown',
  minuteMs: ASKED_MS - 2 * MINUTE_MS,
  counted: 731,
  recordedAtMs: ASKED_MS - MINUTE_MS,
};

export const aStrayView: ObservationView = {
  recordType: 'observation',
  observationId: 'seen_66666666666666666666666666666666',
  sessionName: 'somebody-else',
  recordedAtMs: ASKED_MS + 5 * MINUTE_MS,
  calls: [
    {
      eventId: '9a1d0c6e-0000-4000-8000-000000000002',
      stsRequestId: '7d1f2c1e-0000-4000-8000-00000000cccc',
      atMs: ASKED_MS,
      receivedAtMs: ASKED_MS + 5 * MINUTE_MS,
      callerRoleArn: 'arn:aws:iam::111111111111:role/credential-broker-live-issue-credentials',
      sourceIpAddress: '198.51.100.7',
      userAgent: 'aws-cli/2.0',
      roleArn: roleArnOf('222222222222'),
      accessKeyId: 'ASIAEXAMPLEKEY000009',
      verdict: 'stray',
      why: 'nameUnknown',
    },
  ],
  uncounted: 2,
};

export const anUnreadableView: RecordView = {
  recordType: 'unreadable',
  recordId: 'scan-account.77777777777777777777777777777777',
  problem: 'report.summary\u001b[2J',
};

export const everyRecord: readonly RecordView[] = [
  aStrayView,
  anIssuanceView(),
  aRefusedView,
  aRequestView,
  strangersView,
  aProbeView,
  anUnreadableView,
];

const currency: Currency = {
  readAtMs: CLI_NOW_MS,
  reads: 'index',
  correlatedUpToMs: CLI_NOW_MS - 14 * MINUTE_MS,
};
const cost: Cost = { calls: 3, rows: 1_250, readUnits: 26.5 };

export function aRecordPage(records: readonly RecordView[], overrides: Partial<RecordPage> = {}): RecordPage {
  return { records, currency, cost, ...overrides };
}

const entry = { atMs: ASKED_MS, previousHash: 'c'.repeat(64), hash: 'd'.repeat(64) };

/** With everything in it that a story can have. */
export function aStory(overrides: Partial<IssuanceStory> = {}): IssuanceStory {
  const issuance = anIssuanceView();
  const { roleArn = '' } = issuance;
  const seen = {
    eventId: '9a1d0c6e-0000-4000-8000-000000000003',
    stsRequestId: attempt.stsRequestId,
    atMs: ASKED_MS + 1_000,
    receivedAtMs: ASKED_MS + 4 * MINUTE_MS,
    callerRoleArn: 'arn:aws:iam::111111111111:role/credential-broker-live-issue-credentials',
    sourceIpAddress: '192.0.2.10',
    roleArn,
    accessKeyId: attempt.accessKeyId,
  } as const;
  return {
    issuance,
    request: { ...aRequestView, input: '{"depth":2}' },
    decision: {
      decided: 'allowed',
      rule: 'requesters.scans',
      explanation: 'scans may ask for scan-account, and acme has it enabled',
    },
    attempts: [{ attempt, verdict: 'matched', observed: [{ ...seen, verdict: 'matched' }] }],
    trail: [
      { ...entry, sequence: 0, type: 'intended' },
      { ...entry, sequence: 1, type: 'issued' },
    ],
    trailHolds: true,
    steps: [
      {
        atMs: ASKED_MS,
        source: 'request',
        title: 'scans asked for scan-account',
        facts: { source: 'com.example.scans' },
      },
      {
        atMs: ASKED_MS + 900,
        source: 'broker',
        title: 'the session was announced, before the call',
        facts: { attempt: 1, sessionName: attempt.sessionName, owner: 'a'.repeat(60), leaseUntilMs: ASKED_MS + 45_900 },
      },
      {
        atMs: ASKED_MS + 1_000,
        source: 'cloudtrail',
        title: 'AssumeRole, as AWS recorded it',
        facts: { matched: true },
      },
      { atMs: ASKED_MS + 1_400, source: 'sts', title: 'a session was given', facts: { fenceMs: attempt.fenceMs } },
      { atMs: ASKED_MS + 2_000, source: 'job', title: 'the job claimed the session', facts: { by: 'run-job/7' } },
      { atMs: ASKED_MS + 95_000, source: 'job', title: 'the job reported that it is done', facts: { late: false } },
    ],
    sessionPolicy: {
      certainty: 'exact',
      sha256: 'a'.repeat(64),
      statements: [
        {
          effect: 'Allow',
          actions: ['s3:ListAllMyBuckets', 's3:GetBucketLocation', 's3:GetEncryptionConfiguration', 'iam:ListRoles'],
          resources: ['*'],
          conditions: 'aws:CurrentTime before 2026-09-02T12:04:00Z',
        },
        { effect: 'Deny', actions: ['sts:AssumeRole'], resources: ['*'] },
      ],
    },
    unknowns: [
      { what: 'what was done with the session', untilMs: CLI_NOW_MS + 40 * MINUTE_MS },
      { what: 'who read the answer of the job' },
    ],
    currency: { ...currency, reads: 'consistent' },
    cost: { calls: 4, rows: 6, readUnits: 3 },
    ...overrides,
  };
}
