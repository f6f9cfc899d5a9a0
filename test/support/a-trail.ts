import type { Receipt, ReceiptPage } from '../../lib/audit/receipts/receipt.ts';

/** CloudTrail's records of calls of ours, and the receipts that announce them. */
export const BROKER_ACCOUNT = '111111111111';
export const CUSTOMER_ACCOUNT = '222222222222';
export const CALLER_ROLE = `arn:aws:iam::${BROKER_ACCOUNT}:role/broker-dev-issue-credentials`;
export const CUSTOMER_ROLE = `arn:aws:iam::${CUSTOMER_ACCOUNT}:role/credential-broker/credential-broker`;
/** Of the receipts: a day. */
export const FROM_MS = Date.parse('2031-05-06T00:00:00Z');
export const TO_MS = FROM_MS + 24 * 3_600_000;
export const NOON_MS = FROM_MS + 12 * 3_600_000;

/** Of the session number so and so. */
export function aReceipt(number: number, change: Partial<Receipt> = {}): Receipt {
  const intendedAtMs = change.intendedAtMs ?? NOON_MS + number * 1_000;
  return {
    kind: 'issuance',
    recordId: `scan-account.r${number}`,
    attempt: 1,
    accountId: CUSTOMER_ACCOUNT,
    roleArn: CUSTOMER_ROLE,
    sessionName: `scan-account.r${number}.1`,
    outcome: 'issued',
    intendedAtMs,
    issuedAtMs: intendedAtMs + 200,
    expiresAtMs: intendedAtMs + 900_200,
    fenceMs: intendedAtMs + 600_200,
    accessKeyId: keyOf(number),
    stsRequestId: `sts-${number}`,
    job: 'scan-account',
    requestId: `req_${number}`,
    requester: 'com.example.scans',
    allowedActions: ['s3:ListAllMyBuckets', 's3:GetBucketPublicAccessBlock', 's3:GetEncryptionConfiguration'],
    ...change,
  };
}

/** Without what is there only when STS gave a session. */
export function aReceiptWithout(number: number, outcome: 'denied' | 'unknown' | 'none'): Receipt {
  const { issuedAtMs: _i, expiresAtMs: _e, fenceMs: _f, accessKeyId: _k, stsRequestId, ...rest } = aReceipt(number);
  return { ...rest, ...(outcome === 'denied' && stsRequestId !== undefined ? { stsRequestId } : {}), outcome };
}

export function keyOf(number: number): string {
  return `ASIA${String(number).padStart(16, '0')}`;
}

export function aPage(receipts: readonly Receipt[], change: Partial<ReceiptPage> = {}): ReceiptPage {
  return {
    version: 1,
    deploymentId: 'dev1',
    brokerAccountId: BROKER_ACCOUNT,
    callerRoleArns: [CALLER_ROLE],
    tenantId: 'acme',
    fromMs: FROM_MS,
    toMs: TO_MS,
    page: 0,
    previousSha256: '0'.repeat(64),
    isLast: true,
    madeAtMs: TO_MS + 60_000,
    receipts: [...receipts],
    ...change,
  };
}

export type TrailRecord = Readonly<Record<string, unknown>>;

/** How a call differs from what the receipt says of it. */
export type CallChange = {
  readonly atMs?: number;
  readonly sessionName?: string;
  readonly accessKeyId?: string;
  readonly stsRequestId?: string;
  readonly roleArn?: string;
  readonly callerRole?: string;
};

/** What the customer's own trail has of it: of the caller only the account. */
export function customersCopy(receipt: Receipt, change: CallChange = {}): TrailRecord {
  const common = assumeRole(receipt, change);
  const [, , , , accountId = ''] = (change.roleArn ?? receipt.roleArn).split(':');
  return {
    ...common,
    userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLE:issue', accountId: BROKER_ACCOUNT },
    eventID: `theirs-${String(common['requestID'])}`,
    recipientAccountId: accountId,
  };
}

/** What the broker's own trail has of it: who called, in full. */
export function brokersCopy(receipt: Receipt, change: CallChange = {}): TrailRecord {
  const common = assumeRole(receipt, change);
  return { ...common, userIdentity: caller(change), eventID: `ours-${String(common['requestID'])}` };
}

/** A call that STS denied: only in the trail of who called. */
export function deniedCall(receipt: Receipt, change: CallChange = {}): TrailRecord {
  const { requestParameters: _p, responseElements: _r, ...common } = assumeRole(receipt, change);
  const roleArn = change.roleArn ?? receipt.roleArn;
  return {
    ...common,
    userIdentity: caller(change),
    eventID: `denied-${String(common['requestID'])}`,
    requestParameters: null,
    responseElements: null,
    errorCode: 'AccessDenied',
    errorMessage: `User: x is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
  };
}

/** A call that was made with the session of a receipt. */
export function usedFor(
  receipt: Receipt,
  { service = 's3', name = 'ListBuckets', ...change }: TrailRecord & { service?: string; name?: string } = {},
): TrailRecord {
  const [, role = ''] = receipt.roleArn.split(':role/');
  const roleName = role.split('/').at(-1);
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${receipt.accountId}:assumed-role/${roleName}/${receipt.sessionName}`,
      accountId: receipt.accountId,
      accessKeyId: receipt.accessKeyId ?? 'ASIAUNKNOWN',
    },
    eventTime: timeOf(receipt.intendedAtMs + 5_000),
    eventSource: `${service}.amazonaws.com`,
    eventName: name,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: 'scan/1',
    eventID: 'use',
    recipientAccountId: receipt.accountId,
    ...change,
  };
}

/** Any other call in an account. */
export function otherCall(atMs: number, recipientAccountId: string = CUSTOMER_ACCOUNT): TrailRecord {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      arn: `arn:aws:iam::${recipientAccountId}:user/anna`,
      accountId: recipientAccountId,
    },
    eventTime: timeOf(atMs),
    eventSource: 'ec2.amazonaws.com',
    eventName: 'DescribeInstances',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.8',
    requestID: 'other',
    eventID: 'other',
    recipientAccountId,
  };
}

export function timeOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

function caller({ callerRole = CALLER_ROLE }: CallChange): TrailRecord {
  return {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/issue/issue`,
    accountId: BROKER_ACCOUNT,
    accessKeyId: 'ASIABROKER',
    sessionContext: { sessionIssuer: { type: 'Role', arn: callerRole, accountId: BROKER_ACCOUNT } },
  };
}

function assumeRole(receipt: Receipt, change: CallChange): TrailRecord {
  const { atMs = receipt.intendedAtMs + 100, sessionName = receipt.sessionName, roleArn = receipt.roleArn } = change;
  return {
    eventVersion: '1.11',
    eventTime: timeOf(atMs),
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '203.0.113.1',
    userAgent: 'aws-sdk-js',
    requestParameters: { roleArn, roleSessionName: sessionName, externalId: 'cb-dev1-x', durationSeconds: 900 },
    responseElements: {
      credentials: {
        accessKeyId: change.accessKeyId ?? receipt.accessKeyId ?? 'ASIALOST',
        expiration: 'May 6, 2031, 12:15:00 PM',
        sessionToken: 'must-never-be-shown',
      },
      assumedRoleUser: { assumedRoleId: `AROACUSTOMER:${sessionName}` },
    },
    requestID: change.stsRequestId ?? receipt.stsRequestId ?? 'sts-lost',
    readOnly: true,
    recipientAccountId: BROKER_ACCOUNT,
  };
}
