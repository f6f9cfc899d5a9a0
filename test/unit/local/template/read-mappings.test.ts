import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../../../local/template/read-template.ts';

const place = { accountId: '111111111111', region: 'eu-west-1', partition: 'aws', endpoint: 'http://127.0.0.1:4566' };
const streamArn = 'arn:aws:dynamodb:eu-west-1:111111111111:table/ledger/stream/2020-01-01T00:00:00.000';

/** A template with a table and a mapping of its stream, both changed as a test says. */
function read(change: { readonly mapping?: object; readonly table?: object } = {}) {
  const Ledger = {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'ledger',
      AttributeDefinitions: [{ AttributeName: 'recordId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'recordId', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      ...change.table,
    },
  };
  const Mapping = {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      BatchSize: 50,
      Enabled: true,
      EventSourceArn: { 'Fn::GetAtt': ['Ledger', 'StreamArn'] },
      FunctionName: 'arn:aws:lambda:eu-west-1:111111111111:function:archive',
      StartingPosition: 'TRIM_HORIZON',
      ...change.mapping,
    },
  };
  return readTemplate({ Resources: { Ledger, Mapping } }, place);
}

describe('the mapping of a change stream', () => {
  it('is read with the defaults of AWS', () => {
    const { streamMappings, mappings, tables } = read();
    expect(mappings).toEqual([]);
    expect(streamMappings).toEqual([
      {
        logicalId: 'Mapping',
        streamArn,
        functionName: 'archive',
        batchSize: 50,
        functionResponseTypes: [],
        bisectBatchOnFunctionError: false,
        maximumRetryAttempts: -1,
        maximumRecordAgeSeconds: -1,
        enabled: true,
      },
    ]);
    expect(tables[0]?.streamArn).toBe(streamArn);
  });

  it('is read with everything that the embedded stack does', () => {
    const onFailureArn = 'arn:aws:sqs:eu-west-1:111111111111:lost';
    const mapping = {
      MaximumBatchingWindowInSeconds: 5,
      MaximumRetryAttempts: 5,
      MaximumRecordAgeInSeconds: 3600,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      DestinationConfig: { OnFailure: { Destination: onFailureArn } },
    };
    expect(read({ mapping }).streamMappings[0]).toMatchObject({
      maximumRetryAttempts: 5,
      maximumRecordAgeSeconds: 3600,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ['ReportBatchItemFailures'],
      onFailureArn,
    });
  });

  it.each([
    { name: 'a filter', mapping: { FilterCriteria: {} }, message: 'does not do this' },
    { name: 'a tumbling window', mapping: { TumblingWindowInSeconds: 60 }, message: 'does not do this' },
    { name: 'batches side by side', mapping: { ParallelizationFactor: 2 }, message: 'one batch at a time' },
    { name: 'no starting position', mapping: { StartingPosition: undefined }, message: 'StartingPosition' },
    {
      name: 'a topic that is told of failures',
      mapping: { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sns:eu-west-1:111111111111:lost' } } },
      message: 'only SQS queues',
    },
    {
      name: 'a table that has no stream',
      table: { StreamSpecification: undefined },
      message: 'no attribute StreamArn',
    },
    {
      name: 'a stream without images',
      table: { StreamSpecification: { StreamViewType: 'KEYS_ONLY' } },
      message: 'new and old images only',
    },
  ])('is refused with $name', ({ message, ...change }) => {
    expect(() => read(change)).toThrow(message);
  });
});
