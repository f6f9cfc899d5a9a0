import { describe, expect, it, onTestFinished } from 'vitest';
import { allowedRequests, createAuthorize } from '../../../local/iam/authorize.ts';
import type { PolicyDocument } from '../../../local/iam/policy-document.ts';
import { anyone } from '../../architecture/packaged-access.ts';
import { argumentFor, unneededArguments } from './allowed-unused.ts';
import { kindOfUse, type PermissionUse } from './permission-use.ts';
import { unusedPermissions } from './unused-permissions.ts';

const arn = 'arn:aws:iam::111111111111:role/x';
const policy: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Sid: 'Read', Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:Query'], Resource: ['arn:a', 'arn:b'] },
    {
      Sid: 'Count',
      Effect: 'Allow',
      Action: 'dynamodb:UpdateItem',
      Resource: 'arn:a',
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['rate#*', 'breaker#*'] } },
    },
    { Sid: 'Never', Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: '*' },
  ],
};
const role = { arn, policies: { x: policy } };
const use = (action: string, resource: string, ...keys: string[]): PermissionUse => ({
  roleArn: arn,
  action: `dynamodb:${action}`,
  resource,
  context: { 'dynamodb:LeadingKeys': keys },
});

describe('permissions that nothing needed', () => {
  it.each<[string, readonly PermissionUse[], readonly string[]]>([
    ['are all of them where nothing happened', [], ['Read: left out', 'Count: left out']],
    [
      'are actions, resources and values of a condition too',
      [use('GetItem', 'arn:a', 'x'), use('UpdateItem', 'arn:a', 'rate#x')],
      [
        'Read: without dynamodb:Query',
        'Read: without arn:b',
        'Count: ForAllValues:StringLike dynamodb:LeadingKeys without breaker#*',
      ],
    ],
    [
      'are none where each was used',
      [
        use('GetItem', 'arn:a', 'x'),
        use('Query', 'arn:b', 'x'),
        use('UpdateItem', 'arn:a', 'rate#x'),
        use('UpdateItem', 'arn:a', 'breaker#x'),
      ],
      [],
    ],
    [
      'are not used by another role',
      [{ ...use('Query', 'arn:b', 'x'), roleArn: `${arn}y` }],
      ['Read: left out', 'Count: left out'],
    ],
  ])('%s', (_, uses, unused) => {
    expect(unusedPermissions(role, uses)).toEqual(unused);
  });

  it('are one that another statement covers as well', () => {
    const wider: PolicyDocument = {
      Statement: [{ Sid: 'Wide', Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }, ...policy.Statement],
    };
    const uses = [use('GetItem', 'arn:a', 'x')];
    expect(unusedPermissions({ arn, policies: { x: wider } }, uses)).toEqual([
      'Wide: left out',
      'Read: left out',
      'Count: left out',
    ]);
  });
});

describe('a use', () => {
  it('is of the same kind whatever the row’s id is', () => {
    const kind = (...keys: string[]) => kindOfUse(use('UpdateItem', 'arn:a', ...keys));
    expect(kind('rate#tenant#acme')).toBe(kind('rate#tenant#globex'));
    expect(kind('rate#tenant#acme')).not.toBe(kind('breaker#sts'));
    expect(kind('scan-account.x')).not.toBe(kind('process-logs.x'));
    expect(kind('verification')).not.toBe(kind('correlation'));
  });

  it('is told of when the embedded stack allows it, and not when it denies', () => {
    const told: unknown[] = [];
    const listen = (check: unknown) => told.push(check);
    allowedRequests.subscribe(listen);
    onTestFinished(() => void allowedRequests.unsubscribe(listen));
    const authorize = createAuthorize({ clock: { nowMs: () => 0 } });
    const ask = (action: string) =>
      authorize({
        caller: anyone(arn, [policy]),
        action: `dynamodb:${action}`,
        resource: 'arn:a',
        resourceAccountId: '111111111111',
        region: 'eu-west-1',
        sourceIp: '127.0.0.1',
      });
    ask('GetItem');
    expect(() => ask('PutItem')).toThrow('not authorized');
    expect(told).toMatchObject([{ action: 'dynamodb:GetItem', resource: 'arn:a' }]);
  });
});

describe('an argument for what nothing needed', () => {
  const logs = { name: 'scan-account', permission: 'WriteLogs: left out' };
  it('is found by function and permission', () => {
    expect(argumentFor(logs)).toContain('Lambda writes');
    expect(argumentFor({ name: 'scan-account', permission: 'ReadSwitches: left out' })).toBeUndefined();
  });

  it('is superfluous where everything is used', () => {
    expect(unneededArguments([logs])).not.toContainEqual(expect.stringContaining('WriteLogs'));
    expect(unneededArguments([])).toContainEqual(expect.stringContaining('WriteLogs'));
  });
});
