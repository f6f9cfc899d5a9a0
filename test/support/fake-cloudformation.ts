import type {
  ChangeSet,
  CloudFormation,
  ResourceChange,
  StackEvent,
  WantedChangeSet,
} from '../../config/deploy/cloudformation.ts';

export type FakeStack = {
  status: string;
  isProtected: boolean;
  readonly resources: Map<string, string>;
  readonly outputs: Map<string, string>;
  template: string;
};

/** A CloudFormation of one stack, which does what the test says that it would, and is done at the second look. */
export class FakeCloudFormation implements CloudFormation {
  stack: FakeStack | undefined;
  /** Every call that changes something, in its order. */
  readonly calls: string[] = [];
  readonly policies: string[] = [];
  readonly wanted: WantedChangeSet[] = [];
  /** What the next change set says; left empty, it says that there is nothing to change. */
  changes: readonly ResourceChange[] = [];
  changeSetFails: string | undefined;
  /** What executing ends in, and what happens on the way. */
  outcome: { status: string; readonly events: readonly Omit<StackEvent, 'eventId'>[] } = {
    status: 'UPDATE_COMPLETE',
    events: [],
  };
  /** What is done after that: one outcome after another. */
  readonly nextOutcomes: FakeCloudFormation['outcome'][] = [];
  readonly #events: StackEvent[] = [];
  #looks = 0;
  #isAtWork = false;

  static readonly stackId = 'arn:aws:cloudformation:eu-west-1:111111111111:stack/credential-broker-dev/1';

  /** Of the stage `dev`. */
  static readonly outputs = new Map([
    ['DeploymentId', 'dev1'],
    ['TenancyMode', 'shared'],
  ]);

  constructor(stack?: Partial<FakeStack>) {
    if (stack === undefined) return;
    const resources = new Map([
      ['ServerlessDeploymentBucket', 'the-bucket'],
      ['LedgerTable', 'credential-broker-dev-ledger'],
    ]);
    this.stack = {
      status: 'UPDATE_COMPLETE',
      isProtected: true,
      resources,
      outputs: FakeCloudFormation.outputs,
      template: '{}',
      ...stack,
    };
    this.#happened(this.#ofStack('UPDATE_COMPLETE'));
  }

  async describeStack() {
    if (this.stack === undefined) return undefined;
    const { status, isProtected, outputs } = this.stack;
    return { stackId: FakeCloudFormation.stackId, status, isProtected, outputs };
  }

  async createStack() {
    this.calls.push('createStack');
    this.#happened(this.#ofStack('CREATE_COMPLETE'));
    const resources = new Map([['ServerlessDeploymentBucket', 'the-bucket']]);
    this.stack = { status: 'CREATE_COMPLETE', isProtected: true, resources, outputs: new Map(), template: '{}' };
  }

  async protectStack(_stackName: string, isProtected: boolean) {
    this.calls.push(`protectStack ${isProtected}`);
    if (this.stack !== undefined) this.stack.isProtected = isProtected;
  }

  async setStackPolicy(_stackName: string, policy: string) {
    this.calls.push('setStackPolicy');
    this.policies.push(policy);
  }

  async createChangeSet(wanted: WantedChangeSet) {
    this.calls.push('createChangeSet');
    this.wanted.push(wanted);
  }

  async describeChangeSet(): Promise<ChangeSet> {
    if (this.changeSetFails !== undefined) return { status: 'FAILED', reason: this.changeSetFails, changes: [] };
    if (this.changes.length > 0) return { status: 'CREATE_COMPLETE', changes: this.changes };
    const reason =
      "The submitted information didn't contain changes. Submit different information to create a change set.";
    return { status: 'FAILED', reason, changes: [] };
  }

  async executeChangeSet() {
    this.calls.push('executeChangeSet');
    this.#begin('UPDATE_IN_PROGRESS');
  }

  async deleteChangeSet() {
    this.calls.push('deleteChangeSet');
  }

  async deleteStack() {
    this.calls.push('deleteStack');
    this.#begin('DELETE_IN_PROGRESS');
  }

  async lastEventId() {
    return this.#events.at(-1)?.eventId;
  }

  /** What was begun is over at the second look. */
  async eventsSince(_stackId: string, eventId?: string) {
    this.#looks += 1;
    if (this.#looks > 1 && this.#isAtWork) this.#end();
    const from = eventId === undefined ? 0 : this.#events.findIndex((event) => event.eventId === eventId) + 1;
    return this.#events.slice(from);
  }

  async resourceIds() {
    return this.stack?.resources ?? new Map<string, string>();
  }

  async template() {
    return this.stack?.template ?? '{}';
  }

  #begin(status: string) {
    if (this.stack === undefined) throw new Error('there is no stack');
    this.#looks = 0;
    this.#isAtWork = true;
    this.#happened(this.#ofStack(status));
  }

  #end() {
    this.#isAtWork = false;
    this.#happened(...this.outcome.events, this.#ofStack(this.outcome.status));
    if (this.stack !== undefined) this.stack.status = this.outcome.status;
    this.outcome = this.nextOutcomes.shift() ?? this.outcome;
  }

  #happened(...events: readonly Omit<StackEvent, 'eventId'>[]) {
    for (const event of events) this.#events.push({ ...event, eventId: `event-${this.#events.length}` });
  }

  #ofStack(status: string) {
    const physicalId = FakeCloudFormation.stackId;
    return { logicalId: 'credential-broker-dev', physicalId, type: 'AWS::CloudFormation::Stack', status };
  }
}
