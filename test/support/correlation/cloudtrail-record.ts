import { BROKER_ACCOUNT, roles } from './correlation-world.ts';

/** What stands in every record for the session token: nothing of it may ever be found anywhere. */
export const CANARY = 'IQoJb3JpZ2luX2VjCANARYtokenCANARY';
export const EXTERNAL_ID_CANARY = 'cb-canary1-5ec2e700-0000-4000-8000-000000000001';

export type CallFacts = {
  readonly requestId: string;
  readonly atMs: number;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly accessKeyId: string;
  /** The name of a function of ours. */
  readonly caller?: string;
  readonly eventId?: string;
};

/** A record of an AssumeRole that made a session, as CloudTrail writes it for the caller's own account. */
export function allowedRecord({ caller = 'issue-credentials', ...call }: CallFacts) {
  return {
    ...common({ ...call, caller }),
    requestParameters: {
      roleArn: call.roleArn,
      roleSessionName: call.sessionName,
      externalId: EXTERNAL_ID_CANARY,
      durationSeconds: 900,
    },
    responseElements: {
      credentials: {
        accessKeyId: call.accessKeyId,
        sessionToken: CANARY,
        expiration: 'Nov 21, 2026, 3:32:48 AM',
      },
      assumedRoleUser: { assumedRoleId: `AROAX:${call.sessionName}`, arn: `${call.roleArn}/${call.sessionName}` },
    },
  };
}

/** Of a call that STS denied: what was asked for is not repeated. */
export function deniedRecord({
  caller = 'issue-credentials',
  namesRole = true,
  errorCode = 'AccessDenied',
  ...call
}: Omit<CallFacts, 'sessionName' | 'accessKeyId'> & { readonly namesRole?: boolean; readonly errorCode?: string }) {
  const who = `User: ${roles.arnOf(caller)} is not authorized to perform: sts:AssumeRole`;
  return {
    ...common({ ...call, caller }),
    errorCode,
    errorMessage: namesRole ? `${who} on resource: ${call.roleArn}` : who,
    requestParameters: null,
    responseElements: null,
  };
}

/** The copy of the role's own account, which does not name the caller. */
export function foreignCopy<RecordOf extends { readonly eventID: string }>(record: RecordOf, accountId: string) {
  return {
    ...record,
    eventID: `${record.eventID}-copy`,
    recipientAccountId: accountId,
    userIdentity: { type: 'AWSAccount', principalId: 'AROAX:session', accountId: BROKER_ACCOUNT },
  };
}

function common({
  requestId,
  atMs,
  caller,
  eventId = `event-${requestId}`,
}: Pick<CallFacts, 'requestId' | 'atMs' | 'eventId'> & { readonly caller: string }) {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAX:${caller}`,
      arn: `arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/${caller}/${caller}`,
      accountId: BROKER_ACCOUNT,
      accessKeyId: 'ASIABROKER',
      sessionContext: { sessionIssuer: { type: 'Role', arn: roles.arnOf(caller), accountId: BROKER_ACCOUNT } },
    },
    eventTime: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'aws-sdk-js/3',
    requestID: requestId,
    eventID: eventId,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: BROKER_ACCOUNT,
    eventCategory: 'Management',
  };
}
