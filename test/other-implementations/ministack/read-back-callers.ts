import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { callQuery, elements } from './query-protocol.ts';
import { type Deployed, orNone, parsed, type ReadBack } from './reading.ts';

/** How what calls and what is called is read back: roles, functions, and what brings them their events. */
export const CALLERS: Readonly<Record<string, ReadBack>> = {
  'AWS::IAM::Role': async (deployed) => {
    const role = await iam(deployed, 'GetRole', { RoleName: deployed.id });
    const names = elements(await iam(deployed, 'ListRolePolicies', { RoleName: deployed.id }), 'member');
    const wanted = [deployed.resource.Properties['Policies'] ?? []].flat();
    const inline = await Promise.all(names.map((PolicyName) => inlinePolicy(deployed, PolicyName)));
    return {
      AssumeRolePolicyDocument: decoded(role, 'AssumeRolePolicyDocument'),
      MaxSessionDuration: elements(role, 'MaxSessionDuration')[0],
      // The order of policies says nothing.
      Policies: inline.toSorted((left, right) => indexIn(wanted, left) - indexIn(wanted, right)),
    };
  },

  'AWS::IAM::ManagedPolicy': async (deployed) => {
    const about = await iam(deployed, 'GetPolicy', { PolicyArn: deployed.id });
    const VersionId = elements(about, 'DefaultVersionId')[0] ?? '';
    // MiniStack 1.4.21 answers 500 for a policy that CloudFormation made: then it cannot be seen, and counts as lost.
    const version = await iam(deployed, 'GetPolicyVersion', { PolicyArn: deployed.id, VersionId }).catch(() => '');
    return { PolicyDocument: decoded(version, 'Document') };
  },

  'AWS::Lambda::Function': async ({ id, place }) => {
    const { Configuration } = await new LambdaClient(place).send(new GetFunctionCommand({ FunctionName: id }));
    const { Role, Timeout, Runtime, Handler, Architectures, Environment } = Configuration ?? {};
    return { Role, Timeout, Runtime, Handler, Architectures, Environment };
  },

  'AWS::Lambda::Url': async ({ resource, place, idOf }) => {
    const FunctionName = idOf(resource.Properties['TargetFunctionArn']);
    const { AuthType } = await new LambdaClient(place).send(new GetFunctionUrlConfigCommand({ FunctionName }));
    return { AuthType };
  },

  'AWS::Lambda::EventInvokeConfig': async ({ resource, place, idOf }) => {
    const FunctionName = idOf(resource.Properties['FunctionName']);
    const Qualifier = String(resource.Properties['Qualifier']);
    const lambda = new LambdaClient(place);
    const { DestinationConfig, MaximumEventAgeInSeconds, MaximumRetryAttempts } =
      (await orNone(lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier })))) ?? {};
    return { DestinationConfig, MaximumEventAgeInSeconds, MaximumRetryAttempts };
  },

  'AWS::Lambda::Permission': async ({ resource, place, idOf }) => {
    const FunctionName = idOf(resource.Properties['FunctionName']);
    const { Policy } = (await orNone(new LambdaClient(place).send(new GetPolicyCommand({ FunctionName })))) ?? {};
    const text = Policy ?? '';
    return {
      Action: text.includes('"lambda:InvokeFunction"') ? 'lambda:InvokeFunction' : undefined,
      Principal: text.includes('"events.amazonaws.com"') ? 'events.amazonaws.com' : undefined,
      SourceArn: /"AWS:SourceArn": ?"([^"]+)"/i.exec(text)?.[1],
    };
  },

  'AWS::Lambda::EventSourceMapping': async ({ resource, place, idOf }) => {
    const FunctionName = idOf(resource.Properties['FunctionName']);
    const lambda = new LambdaClient(place);
    const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({ FunctionName }));
    const { BatchSize, FunctionResponseTypes, ScalingConfig, BisectBatchOnFunctionError, MaximumRetryAttempts } =
      EventSourceMappings[0] ?? {};
    return { BatchSize, FunctionResponseTypes, ScalingConfig, BisectBatchOnFunctionError, MaximumRetryAttempts };
  },

  'AWS::Events::Rule': async ({ id, resource, place, idOf }) => {
    const bus = resource.Properties['EventBusName'];
    const EventBusName = bus === undefined ? 'default' : idOf(bus);
    const Name = id.split('|').at(-1);
    const events = new EventBridgeClient(place);
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName }));
    const about = await events.send(new DescribeRuleCommand({ Name, EventBusName }));
    return {
      Targets,
      EventPattern: parsed(about.EventPattern || undefined),
      ScheduleExpression: about.ScheduleExpression,
      State: about.State,
    };
  },
};

function iam({ place }: Deployed, action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  return callQuery(place, { service: 'iam', action, parameters });
}

async function inlinePolicy(deployed: Deployed, PolicyName: string) {
  const answer = await iam(deployed, 'GetRolePolicy', { RoleName: deployed.id, PolicyName });
  return { PolicyName, PolicyDocument: decoded(answer, 'PolicyDocument') };
}

/** A policy stands percent-encoded in the answers of IAM. Source: IAM API Reference, GetRolePolicy. */
function decoded(xml: string, name: string): unknown {
  const [text] = elements(xml, name);
  return text === undefined
    ? undefined
    : JSON.parse(text.trimStart().startsWith('{') ? text : decodeURIComponent(text));
}

function indexIn(wanted: readonly unknown[], { PolicyName }: { readonly PolicyName: string }): number {
  return wanted.findIndex((policy) => JSON.stringify(policy).includes(`"PolicyName":${JSON.stringify(PolicyName)}`));
}
