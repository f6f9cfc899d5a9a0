import { describe, expect, it } from 'vitest';
import type { InvocationOutcome } from '../../../../local/lambda/function-worker.ts';
import { streamFailureRecord } from '../../../../local/lambda/stream-failure-record.ts';
import { streamRecords } from './stream-records.ts';

describe('streamFailureRecord', () => {
  const failed = {
    requestId: 'request-1',
    functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:archive',
    condition: 'RetryAttemptsExhausted',
    invokeCount: 3,
    atMs: 2_000_500,
    streamArn: 'arn:of:stream',
    records: [...streamRecords(['998'], 1_000), ...streamRecords(['1001'], 1_060)],
  };

  it('tells where the batch stands in the stream and nothing of what it holds', () => {
    const lastOutcome: InvocationOutcome = { functionError: 'Unhandled', payload: '{"secret":1}' };
    expect(JSON.parse(streamFailureRecord({ ...failed, lastOutcome }))).toEqual({
      version: '1.0',
      timestamp: '1970-01-01T00:33:20.500Z',
      requestContext: {
        requestId: 'request-1',
        functionArn: failed.functionArn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      DDBStreamBatchInfo: {
        shardId: 'shardId-00000000000000000001-00000001',
        startSequenceNumber: '998',
        endSequenceNumber: '1001',
        approximateArrivalOfFirstRecord: '1970-01-01T00:16:40Z',
        approximateArrivalOfLastRecord: '1970-01-01T00:17:40Z',
        batchSize: 2,
        streamArn: 'arn:of:stream',
      },
    });
  });

  it('has no answer of a function that was never invoked', () => {
    expect(JSON.parse(streamFailureRecord(failed))).not.toHaveProperty('responseContext');
  });
});
