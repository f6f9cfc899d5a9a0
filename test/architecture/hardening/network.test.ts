import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../config/stage-config.ts';
import { createDecide, type Decide } from '../../least-privilege/decide.ts';
import { type FunctionTable, type Question, questionsOf } from '../../least-privilege/function-table.ts';
import { decoy } from '../../least-privilege/functions/decoy.ts';
import { issueCredentials } from '../../least-privilege/functions/issue-credentials.ts';
import { vendCredentials } from '../../least-privilege/functions/vend-credentials.ts';
import { verifyTrust } from '../../least-privilege/functions/verify-trust.ts';
import { administrator, anyone, everything, isAllowed, OWN, prefix, region, TENANT } from '../packaged-access.ts';
import { ofType, packageWith, type Template } from './hardened-template.ts';
import { endpointName, type NetworkReading, readNetwork } from './network-of-template.ts';

const assuming = [issueCredentials, vendCredentials, verifyTrust, decoy];
const joined = [issueCredentials, vendCredentials, verifyTrust];
const inside = { 'aws:SourceVpce': endpointName('NetworkEndpointOfSts') };
/** Neither theirs nor ours, so that only what the endpoint says decides. */
const NOBODYS = '333333333333';
/** Lambda's pollers and its log agent, and DynamoDB for its callers, are in no network of ours. */
const NOT_FROM_WITHIN =
  /^(logs:|sqs:(DeleteMessage|GetQueueAttributes|ReceiveMessage)|kms:(Decrypt|GenerateDataKey) key:tables)/;

let template: Template;
let network: NetworkReading;
let decide: Decide;
beforeAll(async () => {
  ({ template } = await packageWith({ vpc: { cidr: '10.42.0.0/24', zones: 3 } }));
  network = readNetwork(template);
  decide = createDecide(network.wiring);
}, 60_000);

const roleArn = (name: string) => `arn:aws:iam::${OWN}:role/${prefix}-${name}`;

const shown = ({ action, resource }: Question) => `${action} ${resource}`;

/** A call that came the way that is meant for it. */
function through({ action }: Question) {
  const service = action.split(':')[0] ?? '';
  return {
    'aws:SourceVpce': endpointName(`NetworkEndpointOf${service.replace(/^./, (letter) => letter.toUpperCase())}`),
  };
}

function policiesOf(name: string) {
  const role = network.wiring.roles.find(({ arn }) => arn === roleArn(name));
  if (role === undefined) throw new Error(`no role of ${name}`);
  return Object.values(role.policies);
}

function answers(table: FunctionTable, question: Question, context: Question['context']) {
  const asked = { ...question, context: { ...question.context, ...context } };
  return decide({ arn: roleArn(table.name), policies: policiesOf(table.name) }, asked);
}

const powersOf = ({ may }: FunctionTable) => may.flatMap(questionsOf);
const assumptionsOf = (table: FunctionTable) => powersOf(table).filter(({ action }) => action === 'sts:AssumeRole');

/** Whether an endpoint lets somebody through who may do everything. */
function passes(by: string, { action, resource, context }: Question): boolean {
  const policy = network.endpointPolicies.get(action.split(':')[0] ?? '');
  if (policy === undefined) return false;
  const key = network.wiring.keys.find(({ aliases }) => aliases.some((alias) => alias.endsWith(resource.slice(4))));
  const named = resource.startsWith('key:') ? (key?.arn ?? '') : resource;
  return isAllowed({
    caller: anyone(by, [everything]),
    action,
    resource: named,
    resourceAccountId: NOBODYS,
    resourcePolicy: policy,
    context: context ?? {},
  });
}

describe('the roles that assume tenants’ roles', () => {
  it.each(assuming)('assume from within the network what they are there for: $name', (table) => {
    expect(assumptionsOf(table).length).toBeGreaterThan(0);
    for (const question of assumptionsOf(table)) expect(answers(table, question, inside).deployed).toBe(true);
  });

  it.each(assuming)('do from within what they are there for, through the endpoint of each service: $name', (table) => {
    const within = powersOf(table).filter((question) => !NOT_FROM_WITHIN.test(shown(question)));
    const denied = within.filter((question) => !answers(table, question, through(question)).deployed);
    expect(denied.map(shown)).toEqual([]);
  });

  it.each(assuming)('can do nothing elsewhere that only their code does: $name', (table) => {
    const within = powersOf(table).filter((question) => !NOT_FROM_WITHIN.test(shown(question)));
    // A message is put back by its receipt, which whoever may receive has: Lambda's poller, from no network of ours.
    const code = within.filter(({ action }) => !/ChangeMessageVisibility|SetSourceIdentity|TagSession/.test(action));
    const elsewhere = [{}, { 'aws:SourceVpce': 'vpce-0123456789abcdef0' }];
    const allowed = code.flatMap((question) =>
      elsewhere
        .filter((context) => {
          const { deployed, withEverything } = answers(table, question, context);
          return deployed || withEverything;
        })
        .map(() => shown(question)),
    );
    expect(allowed).toEqual([]);
    // Nor through the endpoint of another service.
    const other = code.filter(({ action }) => !action.startsWith('events:'));
    const events = { 'aws:SourceVpce': endpointName('NetworkEndpointOfEvents') };
    expect(other.filter((question) => answers(table, question, events).deployed).map(shown)).toEqual([]);
  });

  it.each(joined)('let AWS do from outside what it does in their name: $name', (table) => {
    const outer = powersOf(table).filter((question) => NOT_FROM_WITHIN.test(shown(question)));
    expect(outer.length).toBeGreaterThan(2);
    expect(outer.filter((question) => !answers(table, question, {}).deployed).map(shown)).toEqual([]);
  });

  it('have nothing sent or invoked in their name by Lambda, which would be outside', () => {
    const ids = joined.map(({ name }) => `credential-broker-local-${name}`);
    const functions = ofType(template, 'AWS::Lambda::Function').filter(([, { Properties }]) =>
      ids.includes(String(Properties['FunctionName'])),
    );
    expect(functions).toHaveLength(3);
    for (const [id, { Properties }] of functions) {
      expect(Properties, id).not.toHaveProperty('DeadLetterConfig');
      const after = Object.values(template.Resources).filter(
        ({ Type, Properties: { FunctionName } }) =>
          /EventInvokeConfig|EventSourceMapping/.test(Type) && JSON.stringify(FunctionName).includes(id),
      );
      for (const {
        Properties: { DestinationConfig = {} },
      } of after)
        expect(DestinationConfig).toEqual({});
    }
  });

  it.each(assuming)('are worth nothing to a thief outside of it: $name', (table) => {
    const elsewhere = [{}, { 'aws:SourceVpce': 'vpce-0123456789abcdef0' }, { 'aws:SourceVpce': '' }];
    for (const question of assumptionsOf(table)) {
      for (const context of elsewhere) {
        // Nor if another policy of the role allowed everything.
        const { deployed, withEverything } = answers(table, question, context);
        expect({ deployed, withEverything }).toEqual({ deployed: false, withEverything: false });
      }
    }
  });

  it('are held to the network when the functions are in it, so that none is denied on its way there', () => {
    const held = ofType(template, 'AWS::IAM::RolePolicy').filter(([id]) => id.endsWith('NetworkOnlyPolicy'));
    const functions = ofType(template, 'AWS::Lambda::Function').filter(([, { Properties }]) => Properties['VpcConfig']);
    expect(held).toHaveLength(assuming.length);
    for (const [, { DependsOn }] of held) expect(DependsOn).toEqual(functions.map(([id]) => id));
  });

  it('join functions to the network for Lambda, and never for their own code', () => {
    for (const { name } of joined) {
      const may = (context: Question['context'] = {}) =>
        isAllowed({
          caller: anyone(roleArn(name), [...policiesOf(name), everything]),
          action: 'ec2:CreateNetworkInterface',
          resource: `arn:aws:ec2:${region}:${OWN}:network-interface/*`,
          context,
        });
      expect(may()).toBe(true);
      expect(may({ 'lambda:SourceFunctionArn': `arn:aws:lambda:${region}:${OWN}:function:${prefix}-${name}` })).toBe(
        false,
      );
    }
  });

  it('are proven to be held by the simulation of docs/hardening.md, and by nothing else that it leaves out', () => {
    const text = readFileSync(path.join(projectRoot, 'docs/hardening.md'), 'utf8');
    const entries = text.matchAll(/ContextKeyName=([\w:]+),ContextKeyValues=([^,]+),/g);
    const context = Object.fromEntries([...entries].map(([, key = '', value = '']) => [key, value]));
    const question = {
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${TENANT}:role/credential-broker/credential-broker`,
      context: { ...context, 'aws:RequestedRegion': region },
    };
    const from = (endpoint: string) => answers(issueCredentials, question, { 'aws:SourceVpce': endpoint }).deployed;
    expect(Object.keys(context)).toEqual(['aws:SourceVpce', 'aws:RequestedRegion', 'sts:ExternalId']);
    expect([from(inside['aws:SourceVpce']), from('vpce-0123456789abcdef0')]).toEqual([true, false]);
  });

  it('may give interfaces back for as long as there is anything that waits for it', () => {
    const policies = ofType(template, 'AWS::IAM::RolePolicy').map(([id]) => id);
    const joins = policies.filter((id) => id.endsWith('JoinNetworkPolicy'));
    const held = [...ofType(template, 'AWS::EC2::Subnet').map(([id]) => id), 'NetworkFunctionsGroup'];
    expect([joins.length, held.length]).toEqual([joined.length, 4]);
    // CloudFormation takes away first what depends on another.
    for (const id of held) expect(template.Resources[id]?.DependsOn, id).toEqual(joins);
  });

  it('have policies that IAM takes: 10,240 characters inline in a role', () => {
    for (const { name, policies } of network.wiring.roles) {
      const characters = Object.values(policies).reduce((sum, policy) => sum + JSON.stringify(policy).length, 0);
      expect(characters, name).toBeLessThan(10_240);
    }
  });
});

describe('the network', () => {
  it('leads nowhere but to the endpoints', () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    const counted = Object.fromEntries(
      [...new Set(types.filter((type) => type.startsWith('AWS::EC2::')))]
        .toSorted()
        .map((type) => [type, types.filter((one) => one === type).length]),
    );
    expect(counted).toEqual({
      'AWS::EC2::RouteTable': 1,
      'AWS::EC2::SecurityGroup': 2,
      'AWS::EC2::Subnet': 3,
      'AWS::EC2::SubnetRouteTableAssociation': 3,
      'AWS::EC2::VPC': 1,
      'AWS::EC2::VPCEndpoint': 6,
    });
    for (const [, { Properties }] of ofType(template, 'AWS::EC2::Subnet'))
      expect(Properties).toMatchObject({ MapPublicIpOnLaunch: false });
  });

  it('holds the three functions that assume, with their ways out there before them', () => {
    const functions = ofType(template, 'AWS::Lambda::Function').filter(([, { Properties }]) => Properties['VpcConfig']);
    expect(functions.map(([, { Properties }]) => Properties['FunctionName'])).toEqual(
      joined.map(({ name }) => `${prefix}-${name}`),
    );
    const endpoints = ofType(template, 'AWS::EC2::VPCEndpoint').map(([id]) => id);
    for (const [, { DependsOn, Properties }] of functions) {
      expect(DependsOn).toEqual(expect.arrayContaining(endpoints));
      expect(Properties['VpcConfig']).toEqual({
        SubnetIds: [1, 2, 3].map((zone) => ({ Ref: `NetworkSubnet${zone}` })),
        SecurityGroupIds: [{ 'Fn::GetAtt': ['NetworkFunctionsGroup', 'GroupId'] }],
      });
    }
  });

  it('is in the zones that are named, or in the first ones', async () => {
    const placesOf = ({ Resources }: Template) =>
      [1, 2, 3].map((zone) => Resources[`NetworkSubnet${zone}`]?.Properties['AvailabilityZone']);
    expect(placesOf(template)).toEqual([0, 1, 2].map((at) => ({ 'Fn::Select': [at, { 'Fn::GetAZs': '' }] })));
    const zoneNames = ['eu-west-1c', 'eu-west-1a'];
    const named = await packageWith({ vpc: { cidr: '10.42.0.0/24', zoneNames } });
    expect(placesOf(named.template)).toEqual([...zoneNames, undefined]);
  }, 60_000);

  it('lets functions begin and endpoints answer, on one port', () => {
    const rules = (id: string, way: string) => template.Resources[id]?.Properties[way];
    const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
    expect(rules('NetworkFunctionsGroup', 'SecurityGroupIngress')).toBeUndefined();
    expect(rules('NetworkFunctionsGroup', 'SecurityGroupEgress')).toEqual([expect.objectContaining(https)]);
    expect(rules('NetworkEndpointsGroup', 'SecurityGroupIngress')).toEqual([
      expect.objectContaining({
        ...https,
        SourceSecurityGroupId: { 'Fn::GetAtt': ['NetworkFunctionsGroup', 'GroupId'] },
      }),
    ]);
    expect(rules('NetworkEndpointsGroup', 'SecurityGroupEgress')).toEqual([
      expect.objectContaining({ CidrIp: '127.0.0.1/32' }),
    ]);
  });

  it('answers under the services’ own names', () => {
    for (const [id, { Properties }] of ofType(template, 'AWS::EC2::VPCEndpoint')) {
      const isGateway = id === 'NetworkEndpointOfDynamodb';
      expect(Properties['VpcEndpointType'], id).toBe(isGateway ? 'Gateway' : 'Interface');
      expect(Properties['PrivateDnsEnabled'], id).toBe(isGateway ? undefined : true);
    }
    expect(template.Resources['Network']?.Properties).toMatchObject({
      EnableDnsSupport: true,
      EnableDnsHostnames: true,
    });
  });
});

describe('an endpoint', () => {
  it.each(assuming)('lets through what $name needs from within, and no more', (table) => {
    const [outer, inner] = [true, false].map((isOuter) =>
      powersOf(table).filter((question) => NOT_FROM_WITHIN.test(shown(question)) === isOuter),
    );
    expect(inner?.filter((question) => !passes(roleArn(table.name), question)).map(shown)).toEqual([]);
    expect(outer?.filter((question) => passes(roleArn(table.name), question)).map(shown)).toEqual([]);
  });

  it('lets nobody else through, whatever they may', () => {
    const others = [
      administrator().principalArn,
      roleArn('request-job'),
      roleArn('scan-account'),
      roleArn('issue-credentials-2'),
      roleArn('issue-credentials').replace(OWN, TENANT),
    ];
    const asked = assuming.flatMap(powersOf);
    expect(others.flatMap((by) => asked.filter((question) => passes(by, question)))).toEqual([]);
  });

  it('lets each function through for its own work alone', () => {
    const anothers = ['kms:', 'lambda:', 'sqs:', 'events:'];
    const passed = (table: FunctionTable, of: FunctionTable) =>
      powersOf(of)
        .filter(({ action }) => anothers.some((service) => action.startsWith(service)))
        .filter((question) => passes(roleArn(table.name), question))
        .map(({ action }) => action);
    expect(passed(vendCredentials, issueCredentials)).toEqual([]);
    expect(passed(verifyTrust, issueCredentials)).toEqual(['sqs:SendMessage', 'sqs:SendMessage']);
    expect(passed(issueCredentials, verifyTrust)).toEqual(['sqs:SendMessage']);
    expect(passed(decoy, verifyTrust)).toEqual([]);
  });

  it('lets no role be assumed beside the pattern, and nothing else be asked of STS', () => {
    const role = `arn:aws:iam::${TENANT}:role/admin`;
    const asked = [
      { action: 'sts:AssumeRole', resource: role },
      { action: 'sts:AssumeRole', resource: roleArn('decoy') },
      { action: 'sts:GetFederationToken', resource: '*' },
      { action: 'sts:GetSessionToken', resource: '*' },
    ];
    expect(asked.filter((question) => passes(roleArn('issue-credentials'), question))).toEqual([]);
  });

  it('has a policy that EC2 takes: 20,480 characters', () => {
    expect([...network.endpointPolicies.keys()].toSorted()).toEqual([
      'dynamodb',
      'events',
      'kms',
      'lambda',
      'sqs',
      'sts',
    ]);
    for (const policy of network.endpointPolicies.values()) expect(JSON.stringify(policy).length).toBeLessThan(20_480);
  });
});
