import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../lib/errors.ts';
import { failedReport } from '../../../lib/job-runtime/run-report.ts';
import { sessionRevoked } from '../../../lib/job-runtime/session-revoked.ts';

const session = { accountId: '222222222222', issuanceId: `scan-account.${'a'.repeat(32)}`, attempt: 2 };
const sessionName = `${session.issuanceId}.2`;

const BY_ROLE = 'with an explicit deny in an identity-based policy';

/** As AWS words it, and S3, DynamoDB and the embedded stack with it. */
function denied({
  account = session.accountId,
  name = sessionName,
  what = 's3:ListAllMyBuckets on resource: arn:aws:s3:::*',
  why = BY_ROLE,
} = {}) {
  const caller = `arn:aws:sts::${account}:assumed-role/audit/${name}`;
  const text = `User: ${caller} is not authorized to perform: ${what} ${why}`;
  return Object.assign(new Error(text), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
}

const own = denied();
const circle = new Error('in a circle', { cause: own });
own.cause = circle;
const deep = Array.from({ length: 60 }).reduce<Error>(
  (cause, _, depth) => new Error(`level ${depth}`, { cause }),
  denied(),
);

describe('a session that its customer has ended', () => {
  it.each<[string, unknown]>([
    ['is what AWS denied by a policy of the role', denied()],
    ['is told by EC2 in the middle of a text', encoded()],
    ['is told in a partition of its own', inPartition('aws-us-gov')],
    [
      'is told with the policy that denied',
      denied({ why: 'with an explicit deny in an identity-based policy: arn:aws:iam::222222222222:policy/x' }),
    ],
    [
      'is found under what the job made of it',
      new Error('the scan failed', { cause: new Error('page 3', { cause: denied() }) }),
    ],
    ['is found under a code of the broker', new BrokerError('job.failed', 'the scan failed', { cause: denied() })],
    ['is found among several', new AggregateError([new Error('one'), denied()], 'two calls failed')],
    ['is found in a circle of causes', circle],
    ['is told of an object that is named like another reason', of(`a" because no identity-based policy allows it`)],
    ['is told of an object that is named like another caller', of(denied({ name: 'somebody', why: '' }).message)],
  ])('%s', (_, error) => {
    expect(sessionRevoked(error, session)).toBe(true);
    expect(failedReport(error, undefined, session)).toMatchObject({ outcome: 'failed', code: 'job.sessionRevoked' });
  });

  it.each<[string, unknown]>([
    ['the fence of the session', denied({ why: 'with an explicit deny in a session policy' })],
    [
      'a permission that the role never had',
      denied({ why: 'because no identity-based policy allows the s3:ListAllMyBuckets action' }),
    ],
    ['a bucket’s own policy', denied({ why: 'with an explicit deny in a resource-based policy' })],
    ['a service control policy', denied({ why: 'with an explicit deny in a service control policy' })],
    ['a permissions boundary', denied({ why: 'with an explicit deny in a permissions boundary' })],
    ['a denial of the job’s own role', denied({ account: '111111111111', name: 'credential-broker-dev-scan-account' })],
    ['a denial of another attempt', denied({ name: `${session.issuanceId}.1` })],
    ['a denial of another issuance', denied({ name: `scan-account.${'b'.repeat(32)}.2` })],
    ['a name that only begins like it', denied({ name: `${sessionName}2` })],
    ['the same session name in another account', denied({ account: '333333333333' })],
    ['a denial that does not say why', new Error('Access Denied')],
    [
      'the name of an object, which somebody else may have chosen',
      of(`a" ${BY_ROLE}`, 'because no identity-based policy allows the s3:GetObject action'),
    ],
    [
      'such a name under a bucket’s own policy',
      of(`a" ${BY_ROLE}`, 'with an explicit deny in a resource-based policy'),
    ],
    [
      'such a name where public access is blocked',
      of(`a" ${BY_ROLE}`, 'because public policies are prevented by the BlockPublicPolicy setting in S3'),
    ],
    ['words without a caller', new Error(BY_ROLE)],
    ['what lies deeper than anybody looks', deep],
    ['no error at all', { message: denied().message }],
    ['nothing', undefined],
  ])('is not read out of %s', (_, error) => {
    expect(sessionRevoked(error, session)).toBe(false);
    expect(failedReport(error, undefined, session)).toMatchObject({ code: 'job.failed' });
  });

  it('is told without a word of what AWS answered', () => {
    const { message, name } = failedReport(denied(), undefined, session);
    expect({ message, name }).toEqual({
      name: 'AccessDenied',
      message: 'an AWS call was answered with HTTP 403, request unknown',
    });
  });
});

/** An object is named by whoever puts it, and S3 tells its name. */
function of(key: string, why = BY_ROLE): Error {
  return denied({ what: `s3:GetObject on resource: "arn:aws:s3:::uploads/${key}"`, why });
}

function encoded(): Error {
  const before = 'You are not authorized to perform this operation. ';
  return new Error(`${before}${denied().message}. Encoded authorization failure message: x9Kq`);
}

function inPartition(partition: string): Error {
  return new Error(denied().message.replaceAll('arn:aws:', `arn:${partition}:`));
}
