import { describe, expect, it } from 'vitest';
import {
  assumeAsDecoyStatements,
  assumeTenantRoleStatements,
  probeTenantRoleStatements,
} from '../../../../config/template/assume-role-policy.ts';

const config = {
  mode: 'shared',
  homeRegion: 'eu-west-1',
  tenantRoles: { path: '/credential-broker/', namePattern: 'audit-*' },
  forbiddenAccountIds: ['222233334444'],
} as const;

function statement(sid: string, changes: { readonly mode?: 'shared' | 'dedicated' } = {}): unknown {
  const statements = assumeTenantRoleStatements({ ...config, ...changes });
  return statements.find((candidate) => JSON.stringify(candidate).includes(`"Sid":"${sid}"`));
}

const tenantRoles = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::*:role/credential-broker/audit-*' };

describe('assumeTenantRoleStatements', () => {
  it('allows the tenants’ roles, with an external ID', () => {
    expect(statement('AssumeTenantRoles')).toMatchObject({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: tenantRoles,
      Condition: { Null: { 'sts:ExternalId': 'false' } },
    });
    expect(statement('DenyWithoutExternalId')).toMatchObject({ Condition: { Null: { 'sts:ExternalId': 'true' } } });
  });

  it('asks for no external ID where one customer has the account', () => {
    expect(statement('AssumeTenantRoles', { mode: 'dedicated' })).not.toHaveProperty('Condition');
    expect(statement('DenyWithoutExternalId', { mode: 'dedicated' })).toBeUndefined();
  });

  it('puts no condition of AssumeRole on marking sessions', () => {
    expect(statement('MarkTenantSessions')).toEqual({
      Sid: 'MarkTenantSessions',
      Effect: 'Allow',
      Action: ['sts:TagSession', 'sts:SetSourceIdentity'],
      Resource: tenantRoles,
    });
  });

  it('denies every region but the home region', () => {
    expect(statement('DenyOutsideHomeRegion')).toMatchObject({
      Effect: 'Deny',
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': 'eu-west-1' } },
    });
  });

  it('denies our own accounts, by account and by ARN', () => {
    expect(JSON.stringify(statement('DenyOwnAccounts'))).toContain('222233334444');
    expect(statement('DenyOwnRoles')).toMatchObject({
      Effect: 'Deny',
      Resource: [
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*' },
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::222233334444:role/*' },
      ],
    });
  });
});

describe('assumeAsDecoyStatements', () => {
  it('are those of the broker, but for marking sessions', () => {
    const broker = assumeTenantRoleStatements(config);
    const without = broker.filter((candidate) => !JSON.stringify(candidate).includes('MarkTenantSessions'));
    expect(without).toHaveLength(broker.length - 1);
    expect(assumeAsDecoyStatements(config)).toEqual(without);
  });
});

describe('probeTenantRoleStatements', () => {
  const decoyRoleName = 'credential-broker-dev-decoy';
  const decoy = { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${decoyRoleName}` };
  const probing = (tenantRoles: { readonly path: string; readonly namePattern: string } = config.tenantRoles) =>
    new Map(
      JSON.parse(JSON.stringify(probeTenantRoleStatements({ ...config, tenantRoles }, { decoyRoleName }))).map(
        (each: { readonly Sid: string }) => [each.Sid, each],
      ),
    );

  it('allow the tenants’ roles without a condition, and the decoy', () => {
    expect(probing().get('ProbeTenantRoles')).toEqual({
      Sid: 'ProbeTenantRoles',
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Resource: tenantRoles,
    });
    expect(probing().get('AssumeDecoy')).toMatchObject({ Effect: 'Allow', Resource: decoy });
    expect(probing().has('DenyWithoutExternalId')).toBe(false);
  });

  it('deny every region but the home region, and all of our own but the decoy', () => {
    expect(probing().get('DenyOutsideHomeRegion')).toMatchObject({ Effect: 'Deny', Resource: '*' });
    expect(probing().get('DenyOwnAccountsButDecoy')).toMatchObject({
      Effect: 'Deny',
      NotResource: decoy,
      Condition: {
        StringEquals: { 'aws:ResourceAccount': [{ 'Fn::Sub': '${AWS::AccountId}' }, '222233334444'] },
      },
    });
    expect(probing().get('DenyOtherRoles')).toMatchObject({ Effect: 'Deny', NotResource: [tenantRoles, decoy] });
    expect(probing().get('DenyOwnTenantRoles')).toMatchObject({
      Effect: 'Deny',
      Resource: [
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/credential-broker/audit-*' },
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::222233334444:role/credential-broker/audit-*' },
      ],
    });
  });

  it.each([
    { path: '/', namePattern: '*', takesDecoyIn: true },
    { path: '/', namePattern: 'credential-broker-*', takesDecoyIn: true },
    { path: '/', namePattern: decoyRoleName, takesDecoyIn: true },
    { path: '/', namePattern: 'audit-*', takesDecoyIn: false },
    { path: '/credential-broker/', namePattern: '*', takesDecoyIn: false },
    { path: '/', namePattern: 'credential-broker-dev', takesDecoyIn: false },
  ])('never deny the decoy where tenants’ roles are $path$namePattern', ({ takesDecoyIn, ...tenantRoles }) => {
    expect(probing(tenantRoles).has('DenyOwnTenantRoles')).toBe(!takesDecoyIn);
    expect(probing(tenantRoles).has('DenyOwnAccountsButDecoy')).toBe(true);
  });
});
