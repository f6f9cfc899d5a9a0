import type { StreamRecord } from '../dynamodb/change-stream.ts';
import type { StreamMappingWiring } from '../template/wiring.ts';
import { failedItemIds } from './batch-response.ts';
import type { InvocationOutcome } from './function-worker.ts';

/** Records that a function gets together, oldest first. */
export type StreamBatch = {
  readonly records: readonly StreamRecord[];
  /** How often the function has failed with these records. */
  readonly failures: number;
  readonly lastOutcome?: InvocationOutcome;
};

export type StreamRetries = Pick<
  StreamMappingWiring,
  'functionResponseTypes' | 'bisectBatchOnFunctionError' | 'maximumRetryAttempts' | 'maximumRecordAgeSeconds'
>;

/** Why a batch is not tried (again). */
export type DiscardReason = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** A stream keeps a record for 24 hours. */
const RETENTION_SECONDS = 86_400;

/**
 * The rest of a batch after the function has answered, in order; nothing after a success. With
 * `ReportBatchItemFailures` the records before the first reported one are done. With bisecting, a batch that failed
 * without a reported record is halved; neither halving nor a cut at the reported record uses up a retry. Source: Lambda
 * Developer Guide, "Configuring partial batch response with DynamoDB and Lambda" and "Retain discarded records for a
 * DynamoDB event source in Lambda".
 */
export function remainingBatches(
  batch: StreamBatch,
  outcome: InvocationOutcome,
  retries: StreamRetries,
): readonly StreamBatch[] {
  const { records } = batch;
  const firstFailed = firstFailedIndex(records, outcome, retries);
  if (firstFailed === 'none') return [];
  const failures = batch.failures + 1;
  const split = (some: readonly StreamRecord[]) => ({ records: some, failures: 0, lastOutcome: outcome });
  if (firstFailed === 'unknown') {
    if (!retries.bisectBatchOnFunctionError || records.length === 1)
      return [{ records, failures, lastOutcome: outcome }];
    const middle = Math.ceil(records.length / 2);
    return [split(records.slice(0, middle)), split(records.slice(middle))];
  }
  const left = records.slice(firstFailed);
  if (firstFailed > 0 && retries.bisectBatchOnFunctionError) return [split(left)];
  return [{ records: left, failures, lastOutcome: outcome }];
}

/**
 * How many records at the front of a batch are given up now, and why. The stream's own 24 hours do not apply to records
 * that still wait for their first attempt: Lambda would have read them before the clock was advanced.
 */
export function discardedRecords(
  { records, failures }: StreamBatch,
  retries: StreamRetries,
  nowMs: number,
): { readonly count: number; readonly reason: DiscardReason } | undefined {
  const { maximumRetryAttempts, maximumRecordAgeSeconds } = retries;
  if (maximumRetryAttempts !== -1 && failures > maximumRetryAttempts) {
    return { count: records.length, reason: 'RetryAttemptsExhausted' };
  }
  const retentionSeconds = failures > 0 ? RETENTION_SECONDS : Number.POSITIVE_INFINITY;
  const ageSeconds = maximumRecordAgeSeconds === -1 ? retentionSeconds : maximumRecordAgeSeconds;
  const isTooOld = ({ dynamodb }: StreamRecord) => nowMs / 1000 - dynamodb.ApproximateCreationDateTime > ageSeconds;
  const firstYoung = records.findIndex((record) => !isTooOld(record));
  const count = firstYoung === -1 ? records.length : firstYoung;
  return count === 0 ? undefined : { count, reason: 'RecordAgeExceeded' };
}

function firstFailedIndex(
  records: readonly StreamRecord[],
  { functionError, payload }: InvocationOutcome,
  { functionResponseTypes }: StreamRetries,
): number | 'none' | 'unknown' {
  if (functionError !== undefined) return 'unknown';
  if (!functionResponseTypes.includes('ReportBatchItemFailures')) return 'none';
  const sequenceNumbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
  const failed = failedItemIds(payload, sequenceNumbers);
  const first = sequenceNumbers.findIndex((sequenceNumber) => failed.has(sequenceNumber));
  return first === -1 ? 'none' : first;
}
