import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAssumeRole } from '../../../lib/audit/cloudtrail-event.ts';

const TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLETOKEN';
const EXTERNAL_ID = 'cb-test1-5ec2e700-0000-4000-8000-000000000001';

/** As CloudTrail writes it into the caller's own account. */
const allowed = {
  eventVersion: '1.11',
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE:issue-credentials',
    arn: 'arn:aws:sts::111111111111:assumed-role/credential-broker-dev-issue-credentials/issue-credentials',
    accountId: '111111111111',
    accessKeyId: 'ASIAEXAMPLEBROKER',
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        arn: 'arn:aws:iam::111111111111:role/credential-broker-dev-issue-credentials',
        accountId: '111111111111',
      },
      attributes: { creationDate: '2026-11-21T03:00:00Z', mfaAuthenticated: 'false' },
    },
  },
  eventTime: '2026-11-21T03:17:48Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '192.0.2.1',
  userAgent: 'aws-sdk-js/3',
  requestParameters: {
    roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
    roleSessionName: 'scan-account.abc.1',
    externalId: EXTERNAL_ID,
    durationSeconds: 900,
  },
  responseElements: {
    credentials: {
      accessKeyId: 'ASIAEXAMPLETENANT',
      sessionToken: TOKEN,
      expiration: 'Nov 21, 2026, 3:32:48 AM',
    },
    assumedRoleUser: {
      assumedRoleId: 'AROATENANT:scan-account.abc.1',
      arn: 'arn:aws:sts::222222222222:assumed-role/scanner/scan-account.abc.1',
    },
  },
  requestID: 'request-1',
  eventID: 'event-1',
  readOnly: true,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111111111111',
  sharedEventID: 'shared-1',
  eventCategory: 'Management',
};

const denied = {
  ...allowed,
  eventID: 'event-2',
  errorCode: 'AccessDenied',
  errorMessage: `User: ${allowed.userIdentity.arn} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/credential-broker/scanner`,
  requestParameters: null,
  responseElements: null,
};

const foreignCopy = {
  ...allowed,
  eventID: 'event-3',
  recipientAccountId: '222222222222',
  userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLE:issue-credentials', accountId: '111111111111' },
};

describe('reading an AssumeRole from CloudTrail', () => {
  it('takes from an allowed call what joins it with an issuance', () => {
    expect(readAssumeRole(allowed)).toEqual({
      kind: 'assumeRole',
      event: {
        eventId: 'event-1',
        stsRequestId: 'request-1',
        atMs: Date.UTC(2026, 10, 21, 3, 17, 48),
        region: 'eu-west-1',
        recipientAccountId: '111111111111',
        callerAccountId: '111111111111',
        callerRoleArn: 'arn:aws:iam::111111111111:role/credential-broker-dev-issue-credentials',
        sourceIpAddress: '192.0.2.1',
        userAgent: 'aws-sdk-js/3',
        call: {
          outcome: 'allowed',
          roleArn: 'arn:aws:iam::222222222222:role/credential-broker/scanner',
          sessionName: 'scan-account.abc.1',
          accessKeyId: 'ASIAEXAMPLETENANT',
          assumedRoleId: 'AROATENANT:scan-account.abc.1',
        },
      },
    });
  });

  it("reads the copy of the role's account, which is not told who called", () => {
    const reading = readAssumeRole(foreignCopy);
    expect(reading).toMatchObject({ kind: 'assumeRole', event: { recipientAccountId: '222222222222' } });
    expect(reading).not.toHaveProperty('event.callerRoleArn');
  });

  it('takes the role of a denied call from its message, where AWS put it there', () => {
    const call = { outcome: 'denied', errorCode: 'AccessDenied' };
    const roleArn = 'arn:aws:iam::222222222222:role/credential-broker/scanner';
    expect(readAssumeRole(denied)).toMatchObject({ kind: 'assumeRole', event: { call: { ...call, roleArn } } });
    const silent = readAssumeRole({ ...denied, errorMessage: 'An error occurred' });
    expect(silent).toMatchObject({ kind: 'assumeRole', event: { call } });
    expect(silent).not.toHaveProperty('event.call.roleArn');
  });

  it('keeps neither the session token nor the external ID', () => {
    for (const record of [allowed, foreignCopy, denied]) {
      const kept = JSON.stringify(readAssumeRole(record));
      expect(kept).not.toContain(TOKEN);
      expect(kept).not.toContain(EXTERNAL_ID);
    }
  });

  it.each([
    ['another call', { ...allowed, eventName: 'GetCallerIdentity' }],
    ['another service', { ...allowed, eventSource: 's3.amazonaws.com' }],
    [
      'a service that assumes a role in its own name',
      { ...allowed, userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' } },
    ],
    ['no record', null],
    ['a list', [allowed]],
    ['a text', 'AssumeRole'],
  ])('has nothing to do with %s', (_what, record) => {
    expect(readAssumeRole(record)).toEqual({ kind: 'other' });
  });

  it.each([
    ['no time', { ...allowed, eventTime: undefined }],
    ['a time of another form', { ...allowed, eventTime: 'Nov 21, 2026' }],
    ['a time that is none', { ...allowed, eventTime: '2026-13-45T99:00:00Z' }],
    ['no request id', { ...allowed, requestID: undefined }],
    ['an allowed call without parameters', { ...allowed, requestParameters: null }],
    ['an allowed call without an access key', { ...allowed, responseElements: { credentials: {} } }],
    // Or the one call that matters could be dropped without a word.
    [
      'a role’s session without an account',
      { ...allowed, userIdentity: { ...allowed.userIdentity, accountId: undefined } },
    ],
    ['an account that is none', { ...allowed, userIdentity: { type: 'AssumedRole', accountId: '1' } }],
  ])('says what is wrong with %s', (_what, record) => {
    expect(readAssumeRole(record)).toEqual({
      kind: 'malformed',
      problem: expect.stringContaining('not its shape'),
      eventId: 'event-1',
    });
  });

  it('never throws, whatever it is given', () => {
    const mangled = fc.tuple(fc.constantFrom(...Object.keys(allowed)), fc.anything());
    fc.assert(
      fc.property(fc.anything(), mangled, (anything, [member, value]) => {
        readAssumeRole(anything);
        readAssumeRole({ ...allowed, [member]: value });
      }),
      { numRuns: 1_000 },
    );
  });
});
