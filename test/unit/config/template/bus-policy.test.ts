import { describe, expect, it } from 'vitest';
import { busPolicyResources } from '../../../../config/template/bus-policy.ts';
import type {
  EventRecognition,
  RequesterConfig,
} from '../../../../lib/platform/deployment-config/deployment-config.ts';

function requester(name: string, event: EventRecognition): RequesterConfig {
  return { name, recognisedBy: { event }, jobs: 'all', tenants: 'all' };
}

const scans = requester('scans', { source: 'com.example.scans', principals: ['role/scans', 'user/ops'] });
const logs = requester('logs', { source: 'com.example.logs', principals: ['role/logs'] });
const elsewhere = requester('elsewhere', {
  source: 'com.example.scans',
  account: '444455556666',
  principals: ['arn:aws:iam::444455556666:role/scans'],
});

function statementsOf(requesters: readonly RequesterConfig[]): readonly unknown[] {
  const text = JSON.stringify(Object.values(busPolicyResources({ requesters })));
  const resources: { Properties: { Statement: unknown } }[] = JSON.parse(text);
  return resources.map(({ Properties }) => Properties.Statement);
}

describe('busPolicyResources', () => {
  it('denies a source to all but its principals', () => {
    expect(statementsOf([scans])).toEqual([
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 'events:PutEvents',
        Resource: { 'Fn::GetAtt': ['Bus', 'Arn'] },
        Condition: {
          'ForAnyValue:StringEquals': { 'events:source': ['com.example.scans'] },
          ArnNotEquals: {
            'aws:PrincipalArn': [
              { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/scans' },
              { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:user/ops' },
            ],
          },
        },
      },
    ]);
  });

  it('lets another account in with its own source only', () => {
    expect(statementsOf([elsewhere])).toContainEqual({
      Effect: 'Allow',
      Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::444455556666:root' } },
      Action: 'events:PutEvents',
      Resource: { 'Fn::GetAtt': ['Bus', 'Arn'] },
      Condition: {
        'ForAllValues:StringEquals': { 'events:source': ['com.example.scans'] },
        Null: { 'events:source': 'false' },
      },
    });
  });

  it('denies a source that two accounts share once, to all but the principals of both', () => {
    const denials = statementsOf([scans, elsewhere]).filter((statement) => JSON.stringify(statement).includes('Deny'));
    expect(denials).toHaveLength(1);
    expect(JSON.stringify(denials)).toContain('"arn:aws:iam::444455556666:role/scans"');
    expect(JSON.stringify(denials)).toContain('role/scans"},{');
  });

  it('lets no account in for a requester of the own account', () => {
    expect(JSON.stringify(statementsOf([scans, logs]))).not.toContain('Allow');
  });

  it('makes nothing where nobody may ask', () => {
    expect(busPolicyResources({ requesters: [] })).toEqual({});
  });

  it('makes the same resources in whatever order the file has', () => {
    expect(busPolicyResources({ requesters: [logs, scans] })).toEqual(
      busPolicyResources({ requesters: [scans, logs] }),
    );
  });

  it('denies our own sources to all but the functions that tell under them', () => {
    const ownSources = [{ source: 'credential-broker.schedule.nightly', roleNames: ['broker-fan-out-schedule'] }];
    const [denial] = Object.values(busPolicyResources({ requesters: [], ownSources }));
    expect(denial).toMatchObject({
      Properties: {
        Statement: {
          Effect: 'Deny',
          Condition: {
            'ForAnyValue:StringEquals': { 'events:source': ['credential-broker.schedule.nightly'] },
            ArnNotEquals: {
              'aws:PrincipalArn': [
                { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/broker-fan-out-schedule' },
              ],
            },
          },
        },
      },
    });
  });

  it('makes nothing for requesters that send no events', () => {
    const others: readonly RequesterConfig['recognisedBy'][] = [
      { schedule: 'nightly' },
      { functionUrl: { principals: ['role/support'] } },
      { invoke: { alias: 'billing' } },
    ];
    const requesters = others.map(
      (recognisedBy, index): RequesterConfig => ({ name: `r${index}`, recognisedBy, jobs: 'all', tenants: 'all' }),
    );
    expect(busPolicyResources({ requesters })).toEqual({});
  });
});
