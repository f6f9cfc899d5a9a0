import { type AwsPlace, callQuery, elements } from './query-protocol.ts';

/** CloudFormation as far as a deployment needs it, over its own protocol: the project depends on no client of it. */
export type CloudFormation = {
  createStack(stackName: string, template: object): Promise<StackState>;
  updateStack(stackName: string, template: object): Promise<StackState>;
  /** The physical id of each resource, by its logical one. */
  resourceIds(stackName: string): Promise<ReadonlyMap<string, string>>;
};

/** `status` as CloudFormation words it; `problems` are the reasons of resources that failed. */
export type StackState = { readonly status: string; readonly problems: readonly string[] };

/** Each change waits for its end, `deadlineMs` at most, and gives the state that it ended in. Throws for a refused call. */
export function makeCloudFormation(place: AwsPlace, { deadlineMs = 90_000 } = {}): CloudFormation {
  const call = (action: string, parameters: Readonly<Record<string, string>>) =>
    callQuery(place, { service: 'cloudformation', action, parameters });

  async function describeStack(stackName: string): Promise<StackState> {
    const stacks = await call('DescribeStacks', { StackName: stackName });
    const events = await call('DescribeStackEvents', { StackName: stackName });
    return { status: elements(stacks, 'StackStatus')[0] ?? 'UNKNOWN', problems: problemsIn(events) };
  }

  async function settled(stackName: string): Promise<StackState> {
    const giveUpAtMs = performance.now() + deadlineMs;
    for (;;) {
      const state = await describeStack(stackName);
      if (!state.status.endsWith('_IN_PROGRESS')) return state;
      if (performance.now() > giveUpAtMs) throw new Error(`${stackName} is still ${state.status}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function change(action: 'CreateStack' | 'UpdateStack', stackName: string, template: object) {
    await call(action, {
      StackName: stackName,
      TemplateBody: JSON.stringify(template),
      'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
    });
    return settled(stackName);
  }

  return {
    createStack: (stackName, template) => change('CreateStack', stackName, template),
    updateStack: (stackName, template) => change('UpdateStack', stackName, template),
    async resourceIds(stackName) {
      const resources = elements(await call('DescribeStackResources', { StackName: stackName }), 'member');
      return new Map(
        resources.map((resource) => [
          elements(resource, 'LogicalResourceId')[0] ?? '',
          elements(resource, 'PhysicalResourceId')[0] ?? '',
        ]),
      );
    },
  };
}

function problemsIn(events: string): readonly string[] {
  return elements(events, 'member')
    .filter((event) => /_FAILED$/.test(elements(event, 'ResourceStatus')[0] ?? ''))
    .map((event) => {
      const [id = '?'] = elements(event, 'LogicalResourceId');
      return `${id}: ${elements(event, 'ResourceStatusReason')[0] ?? 'no reason'}`;
    });
}
