import type { StackIds } from '../ids.ts';
import type { ServiceCall, ServiceError } from '../service.ts';
import type { CloudTrailRecord } from './cloudtrail-record.ts';
import { eventTime, foreignUserIdentity, fullUserIdentity } from './user-identity.ts';

/** The facts of one AssumeRole that all of its records share. */
export type AssumeRoleEvent = {
  readonly call: ServiceCall;
  readonly roleArn: string;
  readonly roleAccountId: string;
  readonly incomingTransitiveTags: ReadonlyMap<string, string>;
  readonly partition: string;
  readonly nowMs: number;
  readonly ids: StackIds;
};

export type IssuedSession = {
  readonly accessKeyId: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
  readonly assumedRoleArn: string;
  readonly assumedRoleId: string;
  readonly sourceIdentity: string | undefined;
};

const PARAMETERS = ['RoleArn', 'RoleSessionName', 'ExternalId', 'Policy', 'DurationSeconds', 'SourceIdentity'];
const DNS_SUFFIXES = new Map([
  ['aws-cn', 'amazonaws.com.cn'],
  ['aws-eusc', 'amazonaws.eu'],
]);
const EXPIRATION = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/**
 * The records of a session that was issued: one for the caller's account and one for the role's, joined by
 * `sharedEventID`, or one alone if they are the same account. As in AWS, the session token is in them and the secret
 * key is not (https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html).
 */
export function issuedAssumeRoleRecords(event: AssumeRoleEvent, session: IssuedSession): readonly CloudTrailRecord[] {
  const { caller } = event.call;
  const isCrossAccount = caller.accountId !== event.roleAccountId;
  const shared = {
    requestParameters: requestParameters(event),
    responseElements: responseElements(session),
    resources: [{ accountId: event.roleAccountId, type: 'AWS::IAM::Role', ARN: event.roleArn }],
    ...(isCrossAccount && { sharedEventID: event.ids.uuid() }),
  };
  const own = { ...record(event, caller.accountId), ...shared };
  if (!isCrossAccount) return [own];
  const foreign = { ...record(event, event.roleAccountId), ...shared, userIdentity: foreignUserIdentity(caller) };
  return [own, foreign];
}

/** The record of a denied call. Only the caller's account gets one, and it does not repeat the request. */
export function deniedAssumeRoleRecord(event: AssumeRoleEvent, error: ServiceError): CloudTrailRecord {
  return {
    ...record(event, event.call.caller.accountId),
    errorCode: error.code,
    errorMessage: error.message,
  };
}

function record(event: AssumeRoleEvent, recipientAccountId: string): CloudTrailRecord {
  const { call, partition, nowMs, ids } = event;
  return {
    eventVersion: '1.11',
    userIdentity: fullUserIdentity(call.caller),
    eventTime: eventTime(nowMs),
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    awsRegion: call.region,
    sourceIPAddress: call.sourceIp,
    userAgent: call.userAgent,
    requestParameters: null,
    responseElements: null,
    requestID: call.requestId,
    eventID: ids.uuid(),
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId,
    eventCategory: 'Management',
    // The host of the regional endpoint, as AWS would record it; the embedded stack itself speaks plain HTTP.
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: `sts.${call.region}.${DNS_SUFFIXES.get(partition) ?? 'amazonaws.com'}`,
    },
  };
}

function requestParameters({ call, incomingTransitiveTags }: AssumeRoleEvent): Readonly<Record<string, unknown>> {
  const { Tags: tags, TransitiveTagKeys: transitiveTagKeys } = call.input;
  return {
    ...(incomingTransitiveTags.size > 0 && { incomingTransitiveTags: Object.fromEntries(incomingTransitiveTags) }),
    ...Object.fromEntries(
      PARAMETERS.filter((name) => call.input[name] !== undefined).map((name) => [
        lowerFirst(name),
        parameter(call, name),
      ]),
    ),
    ...(Array.isArray(tags) && { tags: tags.map(({ Key, Value }) => ({ key: Key, value: Value })) }),
    ...(Array.isArray(transitiveTagKeys) && { transitiveTagKeys }),
  };
}

function parameter({ input }: ServiceCall, name: string): unknown {
  return name === 'DurationSeconds' ? Number(input[name]) : input[name];
}

function responseElements(session: IssuedSession): Readonly<Record<string, unknown>> {
  return {
    credentials: {
      accessKeyId: session.accessKeyId,
      sessionToken: session.sessionToken,
      // Text such as `Jul 10, 2023, 12:21:41 PM`; AWS's files do not have the narrow space that the formatter writes.
      expiration: EXPIRATION.format(session.expiresAtMs).replace(/\u202f/g, ' '),
    },
    assumedRoleUser: { assumedRoleId: session.assumedRoleId, arn: session.assumedRoleArn },
    ...(session.sourceIdentity !== undefined && { sourceIdentity: session.sourceIdentity }),
  };
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
