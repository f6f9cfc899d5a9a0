/** What MiniStack 1.4.21 leaves out of the template, measured, and what holds it instead. Anything else it loses is news. */
export type NotKept = { readonly why: string; readonly heldBy: string };

const TEMPLATE = 'test/architecture/packaged-template.test.ts';
const SQL = 'test/unit/config/template/athena-resources.test.ts';
const POLICIES = 'test/architecture/resource-policies.test.ts';

/** Types of resources that its CloudFormation refuses. They are left out of the update. */
export const TYPES_LEFT_OUT: ReadonlyMap<string, NotKept> = new Map([
  [
    'AWS::Events::EventBusPolicy',
    { why: 'no such type: anybody of the account may send any source', heldBy: POLICIES },
  ],
  ['AWS::Glue::Database', { why: 'no such type: nobody asks in SQL here', heldBy: SQL }],
  ['AWS::Glue::Table', { why: 'no such type', heldBy: SQL }],
  ['AWS::Athena::WorkGroup', { why: 'no such type', heldBy: SQL }],
  ['AWS::Athena::NamedQuery', { why: 'no such type', heldBy: SQL }],
  ['AWS::CloudWatch::CompositeAlarm', { why: 'no such type', heldBy: 'test/architecture/alarms.test.ts' }],
  ['AWS::CloudWatch::Alarm of several metrics', { why: 'no metric math', heldBy: 'test/architecture/alarms.test.ts' }],
]);

/** Properties that it takes and that cannot be read back. */
export const PROPERTIES_LOST: ReadonlyMap<string, NotKept> = new Map([
  ['AWS::DynamoDB::Table.PointInTimeRecoverySpecification', { why: 'ignored', heldBy: TEMPLATE }],
  ['AWS::DynamoDB::Table.SSESpecification', { why: 'ignored: it has no encryption at rest', heldBy: TEMPLATE }],
  ['AWS::DynamoDB::Table.TimeToLiveSpecification', { why: 'ignored: counters stay', heldBy: TEMPLATE }],
  [
    'AWS::IAM::ManagedPolicy.PolicyDocument',
    { why: 'GetPolicyVersion answers 500', heldBy: 'test/architecture/packaged-policies.test.ts' },
  ],
  ['AWS::S3::Bucket.ObjectLockConfiguration', { why: 'ignored: objects can be removed', heldBy: TEMPLATE }],
  [
    'AWS::S3::Bucket.PublicAccessBlockConfiguration',
    { why: 'ignored', heldBy: 'test/other-implementations/ministack/deployed-stage.test.ts' },
  ],
  ['AWS::SQS::Queue.RedriveAllowPolicy', { why: 'ignored', heldBy: TEMPLATE }],
  ['AWS::SQS::Queue.RedrivePolicy', { why: 'ignored: nothing moves to a dead letter queue', heldBy: TEMPLATE }],
  ['AWS::SQS::Queue.SqsManagedSseEnabled', { why: 'ignored: it has no encryption at rest', heldBy: TEMPLATE }],
]);

/** What decides who may do what, or keeps what was done: never left out without an entry above. */
export function isSecurityRelevant(type: string): boolean {
  return /^AWS::(IAM|KMS|S3)::|Policy$|::Permission$|::Url$/.test(type);
}

/** What it does otherwise than AWS once deployed; each is measured by a test of `deployed-stage.test.ts`. */
export const DONE_OTHERWISE: readonly string[] = [
  'STS evaluates no trust policy: every probe is let in, so verify-trust quarantines the role and the broker refuses',
  'a session of STS acts in the account of the server: the job finds the broker’s buckets in the place of the tenant’s',
  'IAM evaluates no policy: the session of a job reads the tenants table',
  'a function URL does not say who signed: the broker refuses every call; operators are let in by Invoke here',
  'an alias is not in the context of an invocation: request-job-direct refuses its requesters',
];
