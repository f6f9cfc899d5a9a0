import type { Fields } from './sql-type.ts';

/** The table of CloudTrail's records, of every service. */
export const CLOUDTRAIL_TABLE = 'cloudtrail';

const issuer: Fields = { type: 'text', principalId: 'text', arn: 'text', accountId: 'text', userName: 'text' };

const sessionContext: Fields = {
  attributes: { struct: { mfaAuthenticated: 'text', creationDate: 'text' } },
  sessionIssuer: { struct: issuer },
  ec2RoleDelivery: 'text',
  // This field is not in the columns that AWS publishes; without it nobody can query a source identity.
  sourceIdentity: 'text',
};

/**
 * The columns that AWS publishes, without those that no question of ours needs. Sources: Athena User Guide, "Create the
 * table for CloudTrail logs in Athena using partition projection"; CloudTrail User Guide, "CloudTrail record contents".
 */
export const cloudTrailColumns: Fields = {
  eventVersion: 'text',
  userIdentity: {
    struct: {
      type: 'text',
      principalId: 'text',
      arn: 'text',
      accountId: 'text',
      invokedBy: 'text',
      accessKeyId: 'text',
      userName: 'text',
      sessionContext: { struct: sessionContext },
    },
  },
  eventTime: 'text',
  eventSource: 'text',
  eventName: 'text',
  awsRegion: 'text',
  sourceIPAddress: 'text',
  userAgent: 'text',
  errorCode: 'text',
  errorMessage: 'text',
  requestParameters: 'json',
  responseElements: 'json',
  additionalEventData: 'json',
  requestID: 'text',
  eventID: 'text',
  readOnly: 'text',
  resources: { list: { struct: { arn: 'text', accountId: 'text', type: 'text' } } },
  eventType: 'text',
  apiVersion: 'text',
  recipientAccountId: 'text',
  serviceEventDetails: 'json',
  sharedEventID: 'text',
  vpcEndpointId: 'text',
  eventCategory: 'text',
  tlsDetails: { struct: { tlsVersion: 'text', cipherSuite: 'text', clientProvidedHostHeader: 'text' } },
};
