/**
 * Which resource types of the packaged template the embedded stack builds, and which it may leave out: a type on
 * neither list is an error, so that a new resource cannot go missing locally without anyone noticing.
 */

export type BuiltType = (typeof builtTypes)[number];

const builtTypes = [
  'AWS::DynamoDB::Table',
  'AWS::Events::EventBus',
  'AWS::Events::EventBusPolicy',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Role',
  'AWS::IAM::RolePolicy',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Alias',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Lambda::Url',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
] as const;

/** No request and no job depends on these: deployment artefacts, logs and alarms. */
const ignoredTypes: ReadonlySet<string> = new Set([
  'AWS::Athena::NamedQuery',
  'AWS::Athena::WorkGroup',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::CloudWatch::Dashboard',
  'AWS::Glue::Database',
  'AWS::Glue::Table',
  'AWS::Lambda::Version',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
]);

export function isBuiltType(type: string): type is BuiltType {
  return builtTypes.some((built) => built === type);
}

export function isIgnoredType(type: string): boolean {
  return ignoredTypes.has(type);
}
