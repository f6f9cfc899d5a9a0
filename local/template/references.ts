/**
 * The values of `Ref` and `Fn::GetAtt` for each resource type and pseudo parameter, for one account, region, partition
 * and endpoint. Shapes: the "Return values" of each type in the CloudFormation template reference.
 */
import { createHash } from 'node:crypto';
import { arnAt, type StackHome } from '../stack-home.ts';
import { type ReferenceScope, resolveIntrinsics } from './intrinsics.ts';
import { TemplateError } from './template-error.ts';

/** `endpoint` is the address of the embedded stack: queue and function URLs start with it. */
export type DeploymentPlace = StackHome & { readonly endpoint: string };

export type TemplateResource = {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
};

type Physical = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };
type Describe = (name: string, place: DeploymentPlace, resource: TemplateResource) => Physical;

export function createReferenceScope(
  resources: ReadonlyMap<string, TemplateResource>,
  place: DeploymentPlace,
): ReferenceScope {
  const known = new Map<string, Physical>();
  const open = new Set<string>();
  const scope: ReferenceScope = {
    ref: (name) => (name.startsWith('AWS::') ? pseudoParameter(name, place) : physical(name).ref),
    attribute(logicalId, attribute) {
      const { attributes } = physical(logicalId);
      const value = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
      if (value === undefined)
        throw new TemplateError(logicalId, `has no attribute ${attribute} in the embedded stack`);
      return value;
    },
  };
  function physical(logicalId: string): Physical {
    const seen = known.get(logicalId);
    if (seen !== undefined) return seen;
    const resource = resources.get(logicalId);
    if (resource === undefined) throw new TemplateError(logicalId, 'is referred to but is not in the template');
    if (open.has(logicalId)) throw new TemplateError(logicalId, 'its name refers to itself');
    open.add(logicalId);
    const made = describeResource(resource, scope, place);
    known.set(logicalId, made);
    return made;
  }
  return scope;
}

function describeResource(resource: TemplateResource, scope: ReferenceScope, place: DeploymentPlace): Physical {
  const described = Object.hasOwn(describedTypes, resource.type) ? describedTypes[resource.type] : undefined;
  if (described === undefined) {
    throw new TemplateError(resource.logicalId, `the embedded stack cannot answer a reference to a ${resource.type}`);
  }
  const { nameProperty, describe } = described;
  const given = nameProperty === undefined ? undefined : resource.properties[nameProperty];
  const name = given === undefined ? resource.logicalId : resolveIntrinsics(given, scope, resource.logicalId);
  if (typeof name !== 'string') throw new TemplateError(resource.logicalId, `${nameProperty} is not text`);
  return describe(name, place, { ...resource, properties: referringProperties(resource, scope) });
}

/** The few properties besides its name that a resource's own ARN depends on. */
function referringProperties(resource: TemplateResource, scope: ReferenceScope): Readonly<Record<string, unknown>> {
  const wanted = ['EventBusName', 'Path', 'FunctionName', 'TargetFunctionArn', 'StreamSpecification'];
  const present = wanted.filter((key) => resource.properties[key] !== undefined);
  return Object.fromEntries(
    present.map((key) => [key, resolveIntrinsics(resource.properties[key], scope, resource.logicalId)]),
  );
}

function pseudoParameter(name: string, place: DeploymentPlace): string | undefined {
  switch (name) {
    case 'AWS::AccountId':
      return place.accountId;
    case 'AWS::Region':
      return place.region;
    case 'AWS::Partition':
      return place.partition;
    case 'AWS::URLSuffix':
      return place.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
    case 'AWS::StackName':
      return 'credential-broker-local';
    case 'AWS::NoValue':
      return undefined;
    default:
      throw new TemplateError(name, 'the embedded stack does not know this pseudo parameter');
  }
}

/** A key's id is a UUID that AWS makes; here it follows from the logical id, so that it survives restarts. */
function keyIdOf(logicalId: string): string {
  const hex = createHash('sha256').update(`key:${logicalId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

const describedTypes: Readonly<
  Record<string, { readonly nameProperty?: string; readonly describe: Describe } | undefined>
> = {
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    describe: (name, place, { properties }) => {
      const tableArn = arnAt(place, 'dynamodb', `table/${name}`);
      const hasStream = properties['StreamSpecification'] !== undefined;
      const streamArn = { StreamArn: `${tableArn}/stream/2020-01-01T00:00:00.000` };
      return { ref: name, attributes: { Arn: tableArn, ...(hasStream && streamArn) } };
    },
  },
  'AWS::Events::EventBus': {
    nameProperty: 'Name',
    describe: (name, place) => ({
      ref: name,
      attributes: { Name: name, Arn: arnAt(place, 'events', `event-bus/${name}`) },
    }),
  },
  'AWS::Events::Rule': {
    nameProperty: 'Name',
    describe: (name, place, { properties }) => {
      const bus = typeof properties['EventBusName'] === 'string' ? properties['EventBusName'] : 'default';
      const path = bus === 'default' ? name : `${bus}/${name}`;
      return { ref: path.replace('/', '|'), attributes: { Arn: arnAt(place, 'events', `rule/${path}`) } };
    },
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    describe: (name, place, { properties }) => {
      const path = typeof properties['Path'] === 'string' ? properties['Path'] : '/';
      return {
        ref: name,
        attributes: { Arn: `arn:${place.partition}:iam::${place.accountId}:role${path}${name}` },
      };
    },
  },
  'AWS::KMS::Alias': { nameProperty: 'AliasName', describe: (name) => ({ ref: name, attributes: {} }) },
  'AWS::KMS::Key': {
    describe: (logicalId, place) => {
      const keyId = keyIdOf(logicalId);
      return { ref: keyId, attributes: { KeyId: keyId, Arn: arnAt(place, 'kms', `key/${keyId}`) } };
    },
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    describe: (name, place) => ({ ref: name, attributes: { Arn: arnAt(place, 'lambda', `function:${name}`) } }),
  },
  'AWS::Lambda::Url': {
    describe: (_, place, { properties }) => {
      const target = String(properties['TargetFunctionArn']);
      const name = target.slice(target.lastIndexOf(':') + 1);
      return { ref: target, attributes: { FunctionArn: target, FunctionUrl: `${place.endpoint}/_url/${name}/` } };
    },
  },
  'AWS::Lambda::Version': {
    describe: (_, place, { properties }) => ({
      ref: arnAt(place, 'lambda', `function:${String(properties['FunctionName'])}:1`),
      attributes: { Version: '1' },
    }),
  },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    describe: (name, place) => ({ ref: name, attributes: { Arn: arnAt(place, 'logs', `log-group:${name}:*`) } }),
  },
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    describe: (name, place) => ({
      ref: name.toLowerCase(),
      attributes: { Arn: `arn:${place.partition}:s3:::${name.toLowerCase()}` },
    }),
  },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    describe: (name, place) => ({ ref: arnAt(place, 'sns', name), attributes: { TopicName: name } }),
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    describe: (name, place) => {
      const url = `${place.endpoint}/${place.accountId}/${name}`;
      return { ref: url, attributes: { QueueName: name, QueueUrl: url, Arn: arnAt(place, 'sqs', name) } };
    },
  },
};
