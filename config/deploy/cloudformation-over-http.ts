import type {
  ChangeSet,
  ChangeSetName,
  CloudFormation,
  ResourceChange,
  Stack,
  StackEvent,
  WantedChangeSet,
} from './cloudformation.ts';
import { callQuery, QueryError, type QueryPlace } from './query-call.ts';
import { membersOf, textAt, type XmlElement } from './xml-element.ts';

/** The version of the CloudFormation API, as in every example of its reference. */
export const CLOUDFORMATION_VERSION = '2010-05-15';

type Call = (action: string, parameters: Readonly<Record<string, string>>) => Promise<XmlElement>;

/** CloudFormation by its own protocol: the project does not depend on a client of it. */
export function makeCloudFormation(place: QueryPlace): CloudFormation {
  const call: Call = (action, parameters) => callQuery(place, action, parameters);
  return { ...stackCalls(call), ...changeSetCalls(call), ...readingCalls(call) };
}

function stackCalls(call: Call) {
  return {
    describeStack: (nameOrId: string) => describeStack(call, nameOrId),
    async createStack({ stackName, templateBody }: { readonly stackName: string; readonly templateBody: string }) {
      await call('CreateStack', {
        StackName: stackName,
        TemplateBody: templateBody,
        EnableTerminationProtection: 'true',
        'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
      });
    },
    async protectStack(stackName: string, isProtected: boolean) {
      await call('UpdateTerminationProtection', {
        StackName: stackName,
        EnableTerminationProtection: String(isProtected),
      });
    },
    async setStackPolicy(stackName: string, policy: string) {
      await call('SetStackPolicy', { StackName: stackName, StackPolicyBody: policy });
    },
    async deleteStack(stackName: string) {
      await call('DeleteStack', { StackName: stackName });
    },
  };
}

function changeSetCalls(call: Call) {
  const named = ({ stackName, changeSetName }: { readonly stackName: string; readonly changeSetName: string }) => ({
    StackName: stackName,
    ChangeSetName: changeSetName,
  });
  return {
    async createChangeSet(wanted: WantedChangeSet) {
      await call('CreateChangeSet', {
        ...named(wanted),
        ChangeSetType: 'UPDATE',
        Description: wanted.description,
        TemplateURL: wanted.templateUrl,
        'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
        ...(wanted.takesOver && { ImportExistingResources: 'true' }),
        ...(wanted.revertsDrift && { DeploymentMode: 'REVERT_DRIFT' }),
        ...watched(wanted),
      });
    },
    async describeChangeSet(changeSet: {
      readonly stackName: string;
      readonly changeSetName: string;
    }): Promise<ChangeSet> {
      const [first, ...more] = await pages(call, 'DescribeChangeSet', named(changeSet));
      const reason = textAt(first, 'StatusReason');
      return {
        status: textAt(first, 'Status') ?? 'UNKNOWN',
        ...(reason !== undefined && { reason }),
        changes: [first, ...more].flatMap((page) => membersOf(page, 'Changes').flatMap(readChange)),
      };
    },
    async executeChangeSet({ takesOver, ...changeSet }: ChangeSetName & { readonly takesOver: boolean }) {
      // A resource that is kept when it leaves the stack is not kept when an update that failed has made it: a second
      // try would find its name taken. Source: CloudFormation API Reference, ExecuteChangeSet. A resource that is taken
      // over existed before, and must stay whatever CloudFormation counts as made by the update.
      await call('ExecuteChangeSet', { ...named(changeSet), ...(!takesOver && { RetainExceptOnCreate: 'true' }) });
    },
    async deleteChangeSet(changeSet: { readonly stackName: string; readonly changeSetName: string }) {
      await call('DeleteChangeSet', named(changeSet));
    },
  };
}

function readingCalls(call: Call) {
  return {
    async eventsSince(stackId: string, eventId?: string): Promise<readonly StackEvent[]> {
      const found: StackEvent[] = [];
      for await (const page of eachPage(call, 'DescribeStackEvents', { StackName: stackId })) {
        for (const event of membersOf(page, 'StackEvents').map(readEvent)) {
          if (event.eventId === eventId) return found.toReversed();
          found.push(event);
        }
      }
      return found.toReversed();
    },
    async lastEventId(stackId: string): Promise<string | undefined> {
      const [newest] = membersOf(await call('DescribeStackEvents', { StackName: stackId }), 'StackEvents');
      return textAt(newest, 'EventId');
    },
    async resourceIds(stackName: string): Promise<ReadonlyMap<string, string>> {
      const found = await pages(call, 'ListStackResources', { StackName: stackName });
      // After a removal or a rollback that got stuck, the resources that it has deleted are still listed.
      const resources = found
        .flatMap((page) => membersOf(page, 'StackResourceSummaries'))
        .filter((one) => textAt(one, 'ResourceStatus') !== 'DELETE_COMPLETE');
      return new Map(
        resources.map((one) => [textAt(one, 'LogicalResourceId') ?? '', textAt(one, 'PhysicalResourceId') ?? '']),
      );
    },
    async template(stackName: string): Promise<string> {
      return textAt(await call('GetTemplate', { StackName: stackName }), 'TemplateBody') ?? '';
    },
  };
}

async function describeStack(call: Call, nameOrId: string): Promise<Stack | undefined> {
  const answer = await call('DescribeStacks', { StackName: nameOrId }).catch((error: unknown) => {
    // Every wrong parameter has this code: only the sentence tells them apart.
    if (error instanceof QueryError && error.name === 'ValidationError' && /does not exist/.test(error.message)) {
      return undefined;
    }
    throw error;
  });
  const [stack] = membersOf(answer, 'Stacks');
  if (stack === undefined) return undefined;
  return {
    stackId: textAt(stack, 'StackId') ?? '',
    status: textAt(stack, 'StackStatus') ?? 'UNKNOWN',
    isProtected: textAt(stack, 'EnableTerminationProtection') === 'true',
    outputs: new Map(
      membersOf(stack, 'Outputs').map((one) => [textAt(one, 'OutputKey') ?? '', textAt(one, 'OutputValue') ?? '']),
    ),
  };
}

/** Without a watch, CloudFormation would go on watching the alarms of an earlier one: an empty list takes them away. */
function watched({ watch }: WantedChangeSet): Readonly<Record<string, string>> {
  const triggers = 'RollbackConfiguration.RollbackTriggers';
  if (watch === undefined) return { [triggers]: '', 'RollbackConfiguration.MonitoringTimeInMinutes': '0' };
  const alarms = watch.alarmArns.flatMap(({ arn, type }, index) => [
    [`${triggers}.member.${index + 1}.Arn`, arn],
    [`${triggers}.member.${index + 1}.Type`, type],
  ]);
  return { ...Object.fromEntries(alarms), 'RollbackConfiguration.MonitoringTimeInMinutes': String(watch.minutes) };
}

function readChange(member: XmlElement): readonly ResourceChange[] {
  const change = member.children.find(({ name }) => name === 'ResourceChange');
  if (change === undefined) return [];
  const details = membersOf(change, 'Details').map(
    (one) => textAt(one, 'Target', 'Name') ?? textAt(one, 'Target', 'Attribute'),
  );
  const physicalId = textAt(change, 'PhysicalResourceId');
  const replacement = textAt(change, 'Replacement');
  const policyAction = textAt(change, 'PolicyAction');
  return [
    {
      action: textAt(change, 'Action') ?? 'UNKNOWN',
      logicalId: textAt(change, 'LogicalResourceId') ?? '',
      type: textAt(change, 'ResourceType') ?? '',
      ...(physicalId !== undefined && { physicalId }),
      ...(replacement !== undefined && { replacement }),
      ...(policyAction !== undefined && { policyAction }),
      properties: [...new Set(details.filter((name) => name !== undefined))],
    },
  ];
}

function readEvent(member: XmlElement): StackEvent {
  const reason = textAt(member, 'ResourceStatusReason');
  return {
    eventId: textAt(member, 'EventId') ?? '',
    logicalId: textAt(member, 'LogicalResourceId') ?? '',
    physicalId: textAt(member, 'PhysicalResourceId') ?? '',
    type: textAt(member, 'ResourceType') ?? '',
    status: textAt(member, 'ResourceStatus') ?? '',
    ...(reason !== undefined && { reason }),
  };
}

async function pages(
  call: Call,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<readonly XmlElement[]> {
  const found: XmlElement[] = [];
  for await (const page of eachPage(call, action, parameters)) found.push(page);
  return found;
}

async function* eachPage(call: Call, action: string, parameters: Readonly<Record<string, string>>) {
  let nextToken: string | undefined;
  do {
    const page = await call(action, { ...parameters, ...(nextToken !== undefined && { NextToken: nextToken }) });
    yield page;
    nextToken = textAt(page, 'NextToken');
  } while (nextToken !== undefined);
}
