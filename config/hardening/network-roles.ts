import { ownAccount, type TemplateValue } from '../template/template-value.ts';
import type { EndpointService } from './endpoint-access.ts';
import { endpointId } from './network-endpoints.ts';

type Resources = Record<string, TemplateValue>;

/** The functions in the network: those that assume tenants' roles, each by the beginning of its logical ids. */
export const networkFunctions = [
  { name: 'issue-credentials', id: 'IssueCredentials', functionId: 'IssueDashcredentialsLambdaFunction' },
  { name: 'vend-credentials', id: 'VendCredentials', functionId: 'VendDashcredentialsLambdaFunction' },
  { name: 'verify-trust', id: 'VerifyTrust', functionId: 'VerifyDashtrustLambdaFunction' },
] as const;

/**
 * The additional policies of those functions' roles: Lambda may join the functions to the network, and outside of it
 * the roles assume nothing, and read, write, seal, invoke and publish nothing. The decoy, which verify-trust becomes
 * from within the network, only assumes.
 */
export function networkRolePolicies({ prefix }: { readonly prefix: string }): Resources {
  const joins = networkFunctions.map(
    ({ name, id }) => [joinPolicyId(id), joinPolicy(id, `${prefix}-${name}`)] as const,
  );
  const holds = networkFunctions.map(({ id }) => [networkOnlyId(id), networkOnlyPolicy(id, HELD)] as const);
  const decoy = [networkOnlyId('Decoy'), networkOnlyPolicy('Decoy', [ASSUMING])] as const;
  return Object.fromEntries([...joins, ...holds, decoy]);
}

export function joinPolicyId(id: string): string {
  return `${id}JoinNetworkPolicy`;
}

/**
 * Lambda makes the interfaces with the function's role; the function's own code, which has the same role, is denied
 * that. The denial holds for the role's credentials wherever they are used: the condition key is a property of the
 * session. Source: Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC".
 */
function joinPolicy(id: string, functionName: string): TemplateValue {
  const actions = [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ];
  const arn = `arn:\${AWS::Partition}:lambda:\${AWS::Region}:${ownAccount}:function:${functionName}`;
  return rolePolicy(id, 'join-network', [
    { Sid: 'JoinNetwork', Effect: 'Allow', Action: actions, Resource: '*' },
    {
      Sid: 'DenyCodeJoining',
      Effect: 'Deny',
      Action: [...actions, 'ec2:DetachNetworkInterface'],
      Resource: '*',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': { 'Fn::Sub': arn } } },
    },
  ]);
}

type Held = { readonly through: EndpointService; readonly actions: string; readonly resource: TemplateValue };

const ASSUMING: Held = { through: 'sts', actions: 'sts:AssumeRole', resource: '*' };

/**
 * Calls that only the functions' own code makes. Calls that AWS makes in their name come from outside our network and
 * are left out: Lambda's poller receives, deletes and puts back messages, Lambda writes logs, and DynamoDB uses the key
 * of the tables, so that of the KMS keys only the other one is bound to the network. Source: IAM User Guide, "AWS
 * global condition context keys", aws:SourceVpce.
 */
const HELD: readonly Held[] = [
  ASSUMING,
  { through: 'dynamodb', actions: 'dynamodb:*', resource: '*' },
  { through: 'kms', actions: 'kms:*', resource: { 'Fn::GetAtt': ['EnvelopesKey', 'Arn'] } },
  { through: 'lambda', actions: 'lambda:InvokeFunction', resource: '*' },
  { through: 'sqs', actions: 'sqs:SendMessage', resource: '*' },
  { through: 'events', actions: 'events:PutEvents', resource: '*' },
];

function networkOnlyId(id: string): string {
  return `${id}NetworkOnlyPolicy`;
}

/**
 * `StringNotEquals` also holds where the key is missing, as in a call that came through no endpoint at all. The policy
 * takes effect once the functions are in the network, so that none is denied on its way there.
 */
function networkOnlyPolicy(id: string, held: readonly Held[]): TemplateValue {
  const statements = held.map(({ through, actions, resource }) => ({
    Sid: `DenyOutsideNetwork${through === 'sts' ? '' : through.replace(/^./, (letter) => letter.toUpperCase())}`,
    Effect: 'Deny',
    Action: actions,
    Resource: resource,
    Condition: { StringNotEquals: { 'aws:SourceVpce': { Ref: endpointId(through) } } },
  }));
  return rolePolicy(id, 'network-only', statements, {
    DependsOn: networkFunctions.map(({ functionId }) => functionId),
  });
}

function rolePolicy(
  id: string,
  name: string,
  statements: readonly TemplateValue[],
  options: { readonly [attribute: string]: TemplateValue } = {},
): TemplateValue {
  return {
    Type: 'AWS::IAM::RolePolicy',
    ...options,
    Properties: {
      RoleName: { Ref: `${id}Role` },
      PolicyName: name,
      PolicyDocument: { Version: '2012-10-17', Statement: statements },
    },
  };
}
