import type { JsonMembers } from './json-members.ts';

/** The differences between the services that speak AWS JSON. */
export type JsonDialect = JsonMembers & {
  /** The text before the last dot in `X-Amz-Target`. */
  readonly targetPrefix: string;
  /** The prefix that older clients send. */
  readonly formerTargetPrefix?: string;
  /** The text before the code in `__type`. */
  readonly errorPrefix: string;
  /** SQS sends clients the codes of its former query protocol in `x-amzn-query-error`; the others send none. */
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

/** By signing name. Source: service models of the AWS SDKs, 2026. */
export const jsonDialects: ReadonlyMap<string, JsonDialect> = new Map<string, JsonDialect>([
  // Attribute values stay in their wire form (`B` as base64): the store behind the service takes and gives them so.
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
