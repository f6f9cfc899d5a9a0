import { describe, expect, it } from 'vitest';
import { assumeTenantRoleStatements } from '../../../config/assume-role-policy.ts';

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
