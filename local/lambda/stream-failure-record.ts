import type { StreamRecord } from '../dynamodb/change-stream.ts';
import { type FailedAttempts, failureContext } from './failure-record.ts';

/** The one shard of every stream of the embedded stack. */
const SHARD_ID = 'shardId-00000000000000000001-00000001';

/**
 * The record that Lambda sends to the on-failure destination of a stream, as JSON text: the position in the stream of
 * the records that were given up, and nothing of their contents. Shape: Lambda Developer Guide, "Retain discarded
 * records for a DynamoDB event source in Lambda".
 */
export function streamFailureRecord(
  failed: FailedAttempts & { readonly streamArn: string; readonly records: readonly StreamRecord[] },
): string {
  const { records, streamArn } = failed;
  const [first, last] = [records[0]?.dynamodb, records.at(-1)?.dynamodb];
  if (first === undefined || last === undefined) throw new TypeError('there is no record of an empty batch');
  return JSON.stringify({
    ...failureContext(failed),
    DDBStreamBatchInfo: {
      shardId: SHARD_ID,
      startSequenceNumber: first.SequenceNumber,
      endSequenceNumber: last.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn,
    },
  });
}

function arrival({ ApproximateCreationDateTime }: StreamRecord['dynamodb']): string {
  return new Date(ApproximateCreationDateTime * 1000).toISOString().replace('.000', '');
}
