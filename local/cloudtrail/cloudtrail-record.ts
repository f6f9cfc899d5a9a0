/**
 * A CloudTrail record of an STS call, in the shape of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/
 * cloudtrail-event-reference-record-contents.html.
 */
export type CloudTrailRecord = {
  readonly eventVersion: string;
  readonly userIdentity: CloudTrailUserIdentity;
  /** ISO 8601 in whole seconds. */
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
  readonly responseElements: Readonly<Record<string, unknown>> | null;
  readonly requestID: string;
  /** Unique to each account's copy. */
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly resources?: readonly { readonly ARN: string; readonly accountId: string; readonly type: string }[];
  readonly eventType: string;
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  /** The same in both accounts' copies; only where there are two. */
  readonly sharedEventID?: string;
  readonly eventCategory: string;
  readonly tlsDetails: Readonly<Record<string, string>>;
};

export type CloudTrailUserIdentity = Readonly<Record<string, unknown>> & {
  readonly type: 'IAMUser' | 'AssumedRole' | 'AWSAccount' | 'AWSService';
};

export type RecordCloudTrail = (record: CloudTrailRecord) => void;
