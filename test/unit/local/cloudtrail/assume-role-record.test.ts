import { describe, expect, it } from 'vitest';
import { BROKER_ROLE, createStsFixture, EXTERNAL_ID, TENANT_ROLE, trusting } from '../sts/sts-fixture.ts';

const TAGS = [{ Key: 'tenant', Value: 'acme' }];

async function issued() {
  const fixture = createStsFixture();
  fixture.trust(trusting(BROKER_ROLE, undefined, 'sts:*'));
  const answer = await fixture.assume({
    ExternalId: EXTERNAL_ID,
    DurationSeconds: '900',
    Tags: TAGS,
    SourceIdentity: 'req-1',
  });
  return { ...fixture, credentials: answer['Credentials'] as { [name: string]: string } };
}

describe('the CloudTrail records of an AssumeRole', () => {
  it('are one for each account, in the shape of AWS', async () => {
    const { records, credentials, store, brokerAccessKeyId } = await issued();
    const [own, foreign] = records;
    expect(records).toHaveLength(2);
    expect(own).toEqual({
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        principalId: expect.stringMatching(/^AROA\w{17}:issue-credentials$/),
        arn: 'arn:aws:sts::111111111111:assumed-role/broker/issue-credentials',
        accountId: '111111111111',
        accessKeyId: brokerAccessKeyId,
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            principalId: store.findRole(BROKER_ROLE)?.roleId,
            arn: BROKER_ROLE,
            accountId: '111111111111',
            userName: 'broker',
          },
          attributes: { creationDate: '2026-11-21T10:00:00Z', mfaAuthenticated: 'false' },
        },
      },
      eventTime: '2026-11-21T10:00:00Z',
      eventSource: 'sts.amazonaws.com',
      eventName: 'AssumeRole',
      awsRegion: 'eu-west-1',
      sourceIPAddress: '203.0.113.7',
      userAgent: 'aws-sdk',
      requestParameters: {
        roleArn: TENANT_ROLE,
        roleSessionName: 'iss-1.1',
        externalId: EXTERNAL_ID,
        durationSeconds: 900,
        sourceIdentity: 'req-1',
        tags: [{ key: 'tenant', value: 'acme' }],
      },
      responseElements: {
        credentials: {
          accessKeyId: credentials['AccessKeyId'],
          sessionToken: credentials['SessionToken'],
          expiration: 'Nov 21, 2026, 10:15:00 AM',
        },
        assumedRoleUser: {
          assumedRoleId: `${store.findRole(TENANT_ROLE)?.roleId}:iss-1.1`,
          arn: 'arn:aws:sts::222222222222:assumed-role/Audit/iss-1.1',
        },
        sourceIdentity: 'req-1',
      },
      requestID: '5f0d2c1e-0000-4000-8000-000000000001',
      eventID: expect.any(String),
      readOnly: true,
      resources: [{ accountId: '222222222222', type: 'AWS::IAM::Role', ARN: TENANT_ROLE }],
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: '111111111111',
      sharedEventID: expect.any(String),
      eventCategory: 'Management',
      tlsDetails: expect.objectContaining({ clientProvidedHostHeader: 'sts.eu-west-1.amazonaws.com' }),
    });
    expect(foreign).toEqual({
      ...own,
      eventID: expect.any(String),
      recipientAccountId: '222222222222',
      userIdentity: { type: 'AWSAccount', principalId: own?.userIdentity['principalId'], accountId: '111111111111' },
    });
    expect(foreign?.eventID).not.toBe(own?.eventID);
  });

  it('never hold the secret access key', async () => {
    const { records, credentials } = await issued();
    expect(credentials['SecretAccessKey']).toHaveLength(40);
    expect(JSON.stringify(records)).not.toContain(credentials['SecretAccessKey']);
  });

  it('are one alone, with the user in full, inside one account', async () => {
    const fixture = createStsFixture();
    fixture.trust(trusting('222222222222'));
    await fixture.assume({}, 'tenant-key');
    expect(fixture.records).toHaveLength(1);
    expect(fixture.records[0]).not.toHaveProperty('sharedEventID');
    expect(fixture.records[0]).toMatchObject({
      recipientAccountId: '222222222222',
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::222222222222:user/customer',
        accessKeyId: 'tenant-key',
        userName: 'customer',
      },
    });
  });

  it('are the caller’s alone when it was denied, and do not repeat what was asked for', async () => {
    const fixture = createStsFixture();
    fixture.trust(trusting(BROKER_ROLE, { StringEquals: { 'sts:ExternalId': EXTERNAL_ID } }));
    await expect(fixture.assume({ ExternalId: 'wrong-id' })).rejects.toThrow();
    expect(fixture.records).toHaveLength(1);
    const [denied] = fixture.records;
    expect(denied).toMatchObject({
      errorCode: 'AccessDenied',
      errorMessage: expect.stringContaining(`sts:AssumeRole on resource: ${TENANT_ROLE}`),
      requestParameters: null,
      responseElements: null,
      recipientAccountId: '111111111111',
      userIdentity: { type: 'AssumedRole' },
    });
    expect(denied).not.toHaveProperty('resources');
    expect(JSON.stringify(denied)).not.toContain('wrong-id');
  });
});
