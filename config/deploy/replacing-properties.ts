import type { TemplateResource } from './deployed-template.ts';

/**
 * The properties that cannot change in place, by type of resource: a change makes another resource, or is refused.
 * Nobody relies by name on resources of types that are missing here. Source: AWS CloudFormation Template Reference,
 * "Update requires: Replacement" of each type. A change of KeySpec, KeyUsage, LocalSecondaryIndexes or
 * ObjectLockEnabled does not replace but is refused, which is no better in the middle of an update. Another
 * StreamSpecification is another stream: records left in the old one would never be archived. Addresses and zones of a
 * network follow the configuration and are not listed here: a change set shows what they replace.
 */
export const REPLACING_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': [
    'AttributeDefinitions',
    'TableName',
    'KeySchema',
    'LocalSecondaryIndexes',
    'ImportSourceSpecification',
    'StreamSpecification',
  ],
  'AWS::EC2::RouteTable': ['VpcId'],
  'AWS::EC2::SecurityGroup': ['GroupDescription', 'GroupName', 'VpcId'],
  'AWS::EC2::Subnet': ['VpcId'],
  'AWS::EC2::VPC': [],
  'AWS::EC2::VPCEndpoint': ['ServiceName', 'VpcEndpointType', 'VpcId'],
  'AWS::Events::EventBus': ['Name'],
  'AWS::Events::Rule': ['Name', 'EventBusName'],
  'AWS::IAM::ManagedPolicy': ['ManagedPolicyName', 'Path', 'Description'],
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::IAM::RolePolicy': ['PolicyName', 'RoleName'],
  'AWS::KMS::Alias': ['AliasName'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
  'AWS::Lambda::EventSourceMapping': ['EventSourceArn', 'StartingPosition', 'StartingPositionTimestamp'],
  'AWS::Lambda::Function': ['FunctionName', 'PackageType', 'TenancyConfig'],
  'AWS::Lambda::Url': ['TargetFunctionArn', 'Qualifier'],
  'AWS::S3::Bucket': ['BucketName', 'ObjectLockEnabled'],
  'AWS::S3::BucketPolicy': ['Bucket'],
  'AWS::SNS::Topic': ['TopicName', 'FifoTopic'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SQS::QueuePolicy': ['Queues'],
};

const NETWORK =
  'Functions are in this network, and their roles are denied everything elsewhere: take hardening.vpc away first, and make it anew (docs/hardening.md).';

/** The effect of a change on those who rely on the resource. */
const CONSEQUENCES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'The broker would go on with an empty table; what it knew would be in the old one.',
  'AWS::EC2::RouteTable': NETWORK,
  'AWS::EC2::SecurityGroup': NETWORK,
  'AWS::EC2::Subnet': NETWORK,
  'AWS::EC2::VPC': NETWORK,
  'AWS::EC2::VPCEndpoint': NETWORK,
  'AWS::Events::EventBus': 'Services put events on the bus by its name: theirs would be lost.',
  'AWS::Events::Rule': 'Events that nothing matches in between are lost.',
  'AWS::IAM::ManagedPolicy': 'It would be detached from whomever you attached it to.',
  'AWS::IAM::Role': 'Policies of keys, queues and buckets name this role: they would let nobody in.',
  'AWS::IAM::RolePolicy': 'What it denies would be allowed in between, or what it allows denied.',
  'AWS::KMS::Alias': 'Whoever finds the key by its alias would find none.',
  'AWS::KMS::Key':
    'What the old key encrypted or signed would have to be opened and checked with a key that nothing names.',
  'AWS::Lambda::EventSourceMapping': 'What waits would stand still, or come twice.',
  'AWS::Lambda::Function': 'Services, rules and policies name this function: their calls would fail.',
  'AWS::Lambda::Url': 'Its address would be another one: those who call it would have to be told.',
  'AWS::S3::Bucket': 'What lies in it would be left behind.',
  'AWS::S3::BucketPolicy': 'Until it is there again, the bucket is open to whatever IAM allows.',
  'AWS::SNS::Topic': 'Its subscriptions, made by hand, would be gone: alarms would ring for nobody.',
  'AWS::SQS::Queue': 'What waits in it would be left behind, and what is sent in between lost.',
  'AWS::SQS::QueuePolicy': 'Until it is there again, nobody can send, and events are lost.',
};

/** Customers' trust policies name these roles, by ARN. */
const ASSUMING_ROLES: ReadonlySet<string> = new Set(['IssueCredentialsRole', 'VendCredentialsRole', 'VerifyTrustRole']);

export function consequenceOf(logicalId: string, { type }: { readonly type: string }): string {
  if (ASSUMING_ROLES.has(logicalId)) {
    return 'The trust policy of every customer names this role: nobody could be served until each customer had changed theirs.';
  }
  return CONSEQUENCES[type] ?? '';
}

/** Rules that follow from the configuration, or that nobody names, come and go with it; all the others stay. */
export function isPinnedType(logicalId: string, { Type, Properties }: TemplateResource): boolean {
  if (!Object.hasOwn(REPLACING_PROPERTIES, Type)) return false;
  return (
    Type !== 'AWS::Events::Rule' || (typeof Properties['Name'] === 'string' && !logicalId.startsWith('ScheduleRule'))
  );
}
