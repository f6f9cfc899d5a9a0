import type { JsonMembers } from './json-members.ts';

/** What differs between the services that speak AWS JSON. */
export type JsonDialect = JsonMembers & {
  /** What stands before the last dot in `X-Amz-Target`. */
  readonly targetPrefix: string;
  /** What older clients put there. */
  readonly formerTargetPrefix?: string;
  /** What stands before the code in `__type`. */
  readonly errorPrefix: string;
  /** SQS tells clients the codes of its former query protocol in `x-amzn-query-error`; absent for the others. */
  readonly queryErrorCodes?: ReadonlyMap<string, string>;
};

const sqsQueryErrorCodes = new Map(
  [
    'BatchEntryIdsNotDistinct',
    'BatchRequestTooLong',
    'EmptyBatchRequest',
    'InvalidBatchEntryId',
    'MessageNotInflight',
    'PurgeQueueInProgress',
    'QueueDeletedRecently',
    'TooManyEntriesInBatchRequest',
    'UnsupportedOperation',
  ].map((code) => [code, `AWS.SimpleQueueService.${code}`]),
)
  .set('QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue')
  .set('QueueNameExists', 'QueueAlreadyExists');

/** By signing name. Service models of the AWS SDKs, 2026. */
export const jsonDialects: ReadonlyMap<string, JsonDialect> = new Map<string, JsonDialect>([
  // Attribute values stay in their wire form (`B` as base64): that is what the store behind it takes and gives.
  ['dynamodb', { targetPrefix: 'DynamoDB_20120810', errorPrefix: 'com.amazonaws.dynamodb.v20120810#' }],
  [
    'sqs',
    {
      targetPrefix: 'AmazonSQS',
      errorPrefix: 'com.amazonaws.sqs#',
      queryErrorCodes: sqsQueryErrorCodes,
      blobs: ['MessageAttributes.*.BinaryValue', 'Entries.*.MessageAttributes.*.BinaryValue'],
    },
  ],
  ['events', { targetPrefix: 'AWSEvents', errorPrefix: '', timestamps: ['Entries.*.Time'] }],
  [
    'cloudtrail',
    {
      targetPrefix: 'CloudTrail_20131101',
      formerTargetPrefix: 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101',
      errorPrefix: '',
    },
  ],
  [
    'kms',
    {
      targetPrefix: 'TrentService',
      errorPrefix: '',
      blobs: ['CiphertextBlob', 'Mac', 'Message', 'Plaintext', 'Signature'],
    },
  ],
]);
