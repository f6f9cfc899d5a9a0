/** CloudFormation as far as a stage is deployed, watched and removed through it. Every call may throw what it refuses. */
export type CloudFormation = {
  /** Undefined where there is no such stack. */
  describeStack(nameOrId: string): Promise<Stack | undefined>;
  /** Begins to make a stack that nobody can delete until `protectStack` lets them. */
  createStack(stack: { readonly stackName: string; readonly templateBody: string }): Promise<void>;
  protectStack(stackName: string, isProtected: boolean): Promise<void>;
  setStackPolicy(stackName: string, policy: string): Promise<void>;
  createChangeSet(wanted: WantedChangeSet): Promise<void>;
  /** With every page of its changes. */
  describeChangeSet(changeSet: ChangeSetName): Promise<ChangeSet>;
  executeChangeSet(changeSet: ChangeSetName & { readonly takesOver: boolean }): Promise<void>;
  deleteChangeSet(changeSet: ChangeSetName): Promise<void>;
  deleteStack(stackName: string): Promise<void>;
  /** Undefined where nothing has happened yet. */
  lastEventId(stackId: string): Promise<string | undefined>;
  /** What happened since the event of that id, the oldest first; everything where no id is given. */
  eventsSince(stackId: string, eventId?: string): Promise<readonly StackEvent[]>;
  /** The physical id of each resource that is there, by its logical one. */
  resourceIds(stackName: string): Promise<ReadonlyMap<string, string>>;
  /** The template that is deployed, as it was handed over. */
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
  /** What somebody who looks at it later is told. */
  readonly description: string;
  readonly templateUrl: string;
  /** Takes over what is there under the names of the template already, and belongs to no stack. */
  readonly takesOver: boolean;
  /** Changes back what was changed around CloudFormation, as far as it can read it. */
  readonly revertsDrift: boolean;
  /** While these alarms ring, or begin to within so many minutes of the update, it is rolled back. */
  readonly watch?: { readonly alarmArns: readonly AlarmArn[]; readonly minutes: number };
};

export type AlarmArn = {
  readonly arn: string;
  readonly type: 'AWS::CloudWatch::Alarm' | 'AWS::CloudWatch::CompositeAlarm';
};

export type ChangeSet = {
  readonly status: string;
  /** Why it is not one that can be executed. */
  readonly reason?: string;
  readonly changes: readonly ResourceChange[];
};

/** Source: CloudFormation API Reference, ResourceChange. */
export type ResourceChange = {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  /** Whether another resource takes its place: `True`, `False`, `Conditional`. */
  readonly replacement?: string;
  /** What becomes of what is removed or replaced, by the template that is deployed: `Retain`, `Delete`, … */
  readonly policyAction?: string;
  /** What is changed of it: `Properties`, `Metadata`, `Tags`, … and the properties by name. */
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
