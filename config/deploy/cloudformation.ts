/** CloudFormation as far as stages are deployed, watched and removed through it. A call that is refused throws. */
export type CloudFormation = {
  /** Undefined where there is no such stack. */
  describeStack(nameOrId: string): Promise<Stack | undefined>;
  /** Begins to make a stack. Its termination protection is on until `protectStack` takes it off. */
  createStack(stack: { readonly stackName: string; readonly templateBody: string }): Promise<void>;
  protectStack(stackName: string, isProtected: boolean): Promise<void>;
  setStackPolicy(stackName: string, policy: string): Promise<void>;
  createChangeSet(wanted: WantedChangeSet): Promise<void>;
  /** The change set with every page of its changes. */
  describeChangeSet(changeSet: ChangeSetName): Promise<ChangeSet>;
  executeChangeSet(changeSet: ChangeSetName & { readonly takesOver: boolean }): Promise<void>;
  deleteChangeSet(changeSet: ChangeSetName): Promise<void>;
  deleteStack(stackName: string): Promise<void>;
  /** Undefined where the stack has no event yet. */
  lastEventId(stackId: string): Promise<string | undefined>;
  /** The events since the event of that id, the oldest first; all of them where no id is given. */
  eventsSince(stackId: string, eventId?: string): Promise<readonly StackEvent[]>;
  /** The physical id of each resource that exists, by its logical id. */
  resourceIds(stackName: string): Promise<ReadonlyMap<string, string>>;
  /** The template that is deployed, exactly as it was uploaded. */
  template(stackName: string): Promise<string>;
};

export type Stack = {
  readonly stackId: string;
  readonly status: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly isProtected: boolean;
};

export type ChangeSetName = { readonly stackName: string; readonly changeSetName: string };

export type WantedChangeSet = ChangeSetName & {
  /** A description for somebody who looks at the change set later. */
  readonly description: string;
  readonly templateUrl: string;
  /** Takes over resources that already exist under the template's names and belong to no stack. */
  readonly takesOver: boolean;
  /** Reverts changes that were made around CloudFormation, as far as CloudFormation can read them. */
  readonly revertsDrift: boolean;
  /** The update is rolled back if these alarms ring during it or within so many minutes after it. */
  readonly watch?: { readonly alarmArns: readonly AlarmArn[]; readonly minutes: number };
};

export type AlarmArn = {
  readonly arn: string;
  readonly type: 'AWS::CloudWatch::Alarm' | 'AWS::CloudWatch::CompositeAlarm';
};

export type ChangeSet = {
  readonly status: string;
  /** Why the change set cannot be executed. */
  readonly reason?: string;
  readonly changes: readonly ResourceChange[];
};

/** Source: CloudFormation API Reference, ResourceChange. */
export type ResourceChange = {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  /** Whether another resource replaces this one: `True`, `False`, `Conditional`. */
  readonly replacement?: string;
  /** What the deployed template says becomes of a removed or replaced resource: `Retain`, `Delete`, … */
  readonly policyAction?: string;
  /** What changes in the resource: `Properties`, `Metadata`, `Tags`, … and the properties by name. */
  readonly properties: readonly string[];
};

export type StackEvent = {
  readonly eventId: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
};
