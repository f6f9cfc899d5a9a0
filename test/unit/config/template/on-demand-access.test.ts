import { describe, expect, it } from 'vitest';
import { onDemandAccessResources } from '../../../../config/template/on-demand-access.ts';
import type {
  RecognitionConfig,
  RequesterConfig,
} from '../../../../lib/platform/deployment-config/deployment-config.ts';

function resourcesFor(...recognitions: readonly RecognitionConfig[]) {
  const requesters = recognitions.map(
    (recognisedBy, index): RequesterConfig => ({ name: `r${index}`, recognisedBy, jobs: 'all', tenants: 'all' }),
  );
  return onDemandAccessResources({ requesters });
}

describe('what the template has for requesters that ask on demand', () => {
  it('is an alias for each that invokes, under a name that only the alias decides', () => {
    const one = resourcesFor({ invoke: { alias: 'billing' } }, { invoke: { alias: 'Billing' } });
    expect(Object.values(one)).toMatchObject([
      { Type: 'AWS::Lambda::Alias', Properties: { Name: 'billing', FunctionVersion: '$LATEST' } },
      { Type: 'AWS::Lambda::Alias', Properties: { Name: 'Billing', FunctionVersion: '$LATEST' } },
    ]);
    const other = resourcesFor({ invoke: { alias: 'Billing' } }, { invoke: { alias: 'billing' } });
    expect(new Set(Object.keys(other))).toEqual(new Set(Object.keys(one)));
  });

  it('is the permission of the URL for each other account, through the URL alone', () => {
    const principals = ['arn:aws:iam::444455556666:role/a', 'arn:aws:iam::444455556666:user/b*', 'role/own'];
    expect(Object.values(resourcesFor({ functionUrl: { principals } }))).toEqual([
      {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { Ref: 'RequestDashjobLambdaFunction' },
          Principal: '444455556666',
          Action: 'lambda:InvokeFunctionUrl',
          FunctionUrlAuthType: 'AWS_IAM',
        },
      },
      {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          FunctionName: { Ref: 'RequestDashjobLambdaFunction' },
          Principal: '444455556666',
          Action: 'lambda:InvokeFunction',
          InvokedViaFunctionUrl: true,
        },
      },
    ]);
  });

  it('is nothing for those that send events', () => {
    expect(resourcesFor({ schedule: 'nightly' }, { event: { source: 's', principals: ['role/a'] } })).toEqual({});
  });
});
