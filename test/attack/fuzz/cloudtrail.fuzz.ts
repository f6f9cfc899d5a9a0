import fc from 'fast-check';
import { readAssumeRole } from '../../../lib/audit/cloudtrail-event.ts';
import { claim, fuzzTarget } from './fuzz-target.ts';
import { nearTo } from './mutated-text.ts';

const TOKEN = 'IQoJb3JpZ2luX2VjEXAMPLETOKEN';
const EXTERNAL_ID = 'cb-test1-5ec2e700-0000-4000-8000-000000000001';
const allowed = {
  userIdentity: {
    type: 'AssumedRole',
    accountId: '111111111111',
    sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111111111111:role/x' } },
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
  },
  responseElements: {
    credentials: { accessKeyId: 'ASIAEXAMPLETENANT', sessionToken: TOKEN },
    assumedRoleUser: { assumedRoleId: 'AROATENANT:scan-account.abc.1' },
  },
  requestID: 'request-1',
  eventID: 'event-1',
  recipientAccountId: '111111111111',
};
const denied = {
  ...allowed,
  responseElements: null,
  requestParameters: null,
  errorCode: 'AccessDenied',
  errorMessage:
    'User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::222222222222:role/credential-broker/scanner',
};
const names = [...Object.keys(allowed), 'errorCode', 'errorMessage'] as const;
const withMember = fc
  .tuple(fc.constantFrom(allowed, denied), fc.constantFrom(...names), fc.jsonValue({ maxDepth: 2 }))
  .map(([record, name, value]) => JSON.stringify({ ...record, [name]: value }));

/** Whatever CloudTrail delivers, reading it never throws, invents nothing and keeps no token. */
export const cloudtrailFuzz = fuzzTarget<string>({
  name: 'cloudtrail',
  claim:
    'a record of CloudTrail is read without a throw, into nothing that does not stand in it, and without its session token',
  outcomes: ['assumeRole', 'malformed', 'other'],
  input: fc.oneof(
    { weight: 5, arbitrary: nearTo([JSON.stringify(allowed), JSON.stringify(denied)]) },
    { weight: 4, arbitrary: withMember },
    { weight: 1, arbitrary: fc.json({ maxDepth: 2 }) },
  ),
  check(text) {
    const record = parsed(text);
    const reading = readAssumeRole(record);
    const kept = JSON.stringify(reading);
    // Only where a stranger moved them into a member that is kept could they be: they are looked for whole.
    const isOwn =
      record !== null && typeof record === 'object' && Reflect.get(record, 'eventSource') === 'sts.amazonaws.com';
    claim(
      reading.kind === 'other' || (isOwn && Reflect.get(record, 'eventName') === 'AssumeRole'),
      'read as what it is not',
    );
    claim(!kept.includes(TOKEN) && !kept.includes(EXTERNAL_ID), 'it keeps a session token or an external ID');
    if (reading.kind !== 'assumeRole') return reading.kind;
    const { event } = reading;
    const { call, atMs, ...facts } = event;
    const strings = [...Object.values(facts), ...Object.values(call)].filter(
      (one) => one !== 'allowed' && one !== 'denied',
    );
    const stands = textsOf(record);
    claim(
      strings.every((one) => stands.some((there) => there.includes(one))),
      'it says what does not stand there',
    );
    claim(
      Number.isSafeInteger(atMs) &&
        new Date(atMs).toISOString().replace('.000Z', 'Z') === Reflect.get(Object(record), 'eventTime'),
      'another time',
    );
    return 'assumeRole';
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsOf);
}
