import { createHash } from 'node:crypto';
import type { DeploymentConfig } from '../../lib/platform/deployment-config/deployment-config.ts';
import type { TemplateValue } from './template-value.ts';

/**
 * The resources for requesters that ask on demand: an alias of request-job-direct for each that is recognised by one,
 * and for principals of other accounts the function URL's own permission, without which no policy of theirs opens it.
 * The template lets nobody invoke an alias: the policies of its requester's role say who may.
 */
export function onDemandAccessResources({
  requesters,
}: Pick<DeploymentConfig, 'requesters'>): Record<string, TemplateValue> {
  const aliases = requesters.flatMap(({ name, recognisedBy }) =>
    'invoke' in recognisedBy ? [alias(recognisedBy.invoke.alias, name)] : [],
  );
  const principals = requesters.flatMap(({ recognisedBy }) =>
    'functionUrl' in recognisedBy ? recognisedBy.functionUrl.principals : [],
  );
  const accounts = new Set(principals.filter((pattern) => pattern.startsWith('arn:')).map((arn) => arn.split(':')[4]));
  const permissions = [...accounts].flatMap((account) => (account === undefined ? [] : urlPermissions(account)));
  return Object.fromEntries([...aliases, ...permissions]);
}

/**
 * The alias is of the latest deployed code, not of a published version: the requesters are in the code, and a version
 * would go on serving those of the day it was published.
 */
function alias(name: string, requester: string): readonly [string, TemplateValue] {
  return [
    `RequestJobDirectAlias${digest(name)}`,
    {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        Name: name,
        Description: `Invoked by the requester ${requester} alone`,
        FunctionName: { Ref: 'RequestDashjobDashdirectLambdaFunction' },
        FunctionVersion: '$LATEST',
      },
    },
  ];
}

/**
 * The permission is for the whole account: its own policies say which of its principals may call, and the requesters
 * say which of those are served. Source: Lambda Developer Guide, "Control access to Lambda function URLs": across
 * accounts both must allow both actions.
 */
function urlPermissions(account: string): readonly (readonly [string, TemplateValue])[] {
  const common = { FunctionName: { Ref: 'RequestDashjobLambdaFunction' }, Principal: account };
  return [
    [
      `RequestJobUrl${account}`,
      {
        Type: 'AWS::Lambda::Permission',
        Properties: { ...common, Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'AWS_IAM' },
      },
    ],
    [
      `RequestJobViaUrl${account}`,
      {
        Type: 'AWS::Lambda::Permission',
        Properties: { ...common, Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true },
      },
    ],
  ];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
