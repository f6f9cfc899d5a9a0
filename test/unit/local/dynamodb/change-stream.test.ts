import { describe, expect, it } from 'vitest';
import type { StreamRecord } from '../../../../local/dynamodb/change-stream.ts';
import { startDynamoDb } from '../../../../local/dynamodb/dynamodb-service.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import { callerWith, callOf, countingIds, everything, home, START_MS, stoppedClock } from '../emulated-call.ts';

const S = (value: string) => ({ S: value });
const N = (value: number) => ({ N: String(value) });
const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const ledger = {
  TableName: 'ledger',
  AttributeDefinitions: [text('recordId')],
  KeySchema: [{ AttributeName: 'recordId', KeyType: 'HASH' }],
  streamArn: 'arn:aws:dynamodb:eu-west-1:111111111111:table/ledger/stream/2020-01-01T00:00:00.000',
};
const tenants = {
  TableName: 'tenants',
  AttributeDefinitions: [text('tenantId'), text('record')],
  KeySchema: [
    { AttributeName: 'tenantId', KeyType: 'HASH' },
    { AttributeName: 'record', KeyType: 'RANGE' },
  ],
};

async function setUp(tables: Parameters<typeof startDynamoDb>[0]['tables'] = [ledger, tenants]) {
  const clock = stoppedClock();
  const dynamoDb = await startDynamoDb({
    authorize: createAuthorize({ clock }),
    home,
    clock,
    ids: countingIds(),
    tables,
  });
  const reader = dynamoDb.streams[0]?.openReader(() => undefined);
  const admin = callerWith([everything]);
  return {
    clock,
    dynamoDb,
    write: (action: string, input: object) => dynamoDb.service(action, callOf(admin, { ...input })),
    taken: () => reader?.take(10_000) ?? [],
  };
}

const put = (recordId: string, rest: object = {}) => ({
  TableName: 'ledger',
  Item: { recordId: S(recordId), ...rest },
});
const count = (recordId: string) => ({
  TableName: 'ledger',
  Key: { recordId: S(recordId) },
  UpdateExpression: 'ADD n :one',
  ExpressionAttributeValues: { ':one': N(1) },
});
const told = (records: readonly StreamRecord[]) =>
  records.map(({ eventName, dynamodb }) => [eventName, dynamodb.OldImage, dynamodb.NewImage]);

describe('the change stream of a table', () => {
  it('tells what was inserted, in the shape that Lambda hands over', async () => {
    const { write, taken, clock } = await setUp();
    clock.advance(1_700);
    await write('PutItem', put('a', { n: N(1), bin: { B: 'AQI=' } }));
    expect(taken()).toEqual([
      {
        eventID: '00000000000040008000000000000001',
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'eu-west-1',
        dynamodb: {
          ApproximateCreationDateTime: START_MS / 1000 + 1,
          Keys: { recordId: S('a') },
          NewImage: { recordId: S('a'), n: N(1), bin: { B: 'AQI=' } },
          SequenceNumber: '99999999999999999990',
          SizeBytes: 9 + 9 + 3 + 5,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ]);
  });

  it('tells of every kind of write, with the images before and after it', async () => {
    const { write, taken } = await setUp();
    await write('UpdateItem', count('a'));
    await write('UpdateItem', count('a'));
    await write('PutItem', put('a'));
    await write('DeleteItem', { TableName: 'ledger', Key: { recordId: S('a') } });
    const [empty, one, two] = [{ recordId: S('a') }, { recordId: S('a'), n: N(1) }, { recordId: S('a'), n: N(2) }];
    expect(told(taken())).toEqual([
      ['INSERT', undefined, one],
      ['MODIFY', one, two],
      ['MODIFY', two, empty],
      ['REMOVE', empty, undefined],
    ]);
  });

  it('tells of each item of a batch, and of none of a table without a stream', async () => {
    const { write, taken } = await setUp();
    await write('PutItem', put('old'));
    taken();
    await write('BatchWriteItem', {
      RequestItems: {
        ledger: [
          { PutRequest: { Item: { recordId: S('new') } } },
          { DeleteRequest: { Key: { recordId: S('old') } } },
          { DeleteRequest: { Key: { recordId: S('never') } } },
        ],
        tenants: [{ PutRequest: { Item: { tenantId: S('acme'), record: S('tenant') } } }],
      },
    });
    expect(told(taken())).toEqual([
      ['INSERT', undefined, { recordId: S('new') }],
      ['REMOVE', { recordId: S('old') }, undefined],
    ]);
  });

  const silent: readonly { name: string; action: string; input: object; fails?: string }[] = [
    { name: 'a put of what is there', action: 'PutItem', input: put('a', { s: { SS: ['y', 'x'] } }) },
    {
      name: 'an update that sets what is set',
      action: 'UpdateItem',
      input: {
        TableName: 'ledger',
        Key: { recordId: S('a') },
        UpdateExpression: 'SET s = :s',
        ExpressionAttributeValues: { ':s': { SS: ['x', 'y'] } },
      },
    },
    {
      name: 'a removal of what is not there',
      action: 'DeleteItem',
      input: { TableName: 'ledger', Key: { recordId: S('b') } },
    },
    {
      name: 'a condition that fails',
      action: 'PutItem',
      input: { ...put('a'), ConditionExpression: 'attribute_not_exists(recordId)' },
      fails: 'ConditionalCheckFailedException',
    },
    { name: 'a read', action: 'GetItem', input: { TableName: 'ledger', Key: { recordId: S('a') } } },
    {
      name: 'a write without a key',
      action: 'DeleteItem',
      input: { TableName: 'ledger' },
      fails: 'ValidationException',
    },
  ];
  it.each(silent)('tells nothing of $name', async ({ action, input, fails }) => {
    const { write, taken } = await setUp();
    await write('PutItem', put('a', { s: { SS: ['x', 'y'] } }));
    taken();
    const answer = write(action, input).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    expect(await answer).toBe(fails);
    expect(taken()).toEqual([]);
  });

  it('takes a change of order within a list for a change', async () => {
    const { write, taken } = await setUp();
    await write('PutItem', put('a', { l: { L: [S('x'), { M: { deep: { NS: ['1', '2'] } } }] } }));
    await write('PutItem', put('a', { l: { L: [S('x'), { M: { deep: { NS: ['2', '1'] } } }] } }));
    await write('PutItem', put('a', { l: { L: [{ M: { deep: { NS: ['2', '1'] } } }, S('x')] } }));
    expect(told(taken()).map(([eventName]) => eventName)).toEqual(['INSERT', 'MODIFY']);
  });

  it('links the records of one item whatever writes at the same time', async () => {
    const { write, taken } = await setUp();
    const key = { TableName: 'ledger', Key: { recordId: S('a') } };
    const conditional = { ...put('a', { n: N(-100) }), ConditionExpression: 'attribute_not_exists(n)' };
    const writes = Array.from({ length: 60 }, (_, turn) => {
      if (turn % 7 === 0) return write('DeleteItem', key);
      if (turn % 5 === 0) return write('PutItem', conditional).catch(() => undefined);
      return write('UpdateItem', count(turn % 3 === 0 ? 'b' : 'a'));
    });
    await Promise.all(writes);
    const records = taken();
    for (const recordId of ['a', 'b']) {
      const own = records.filter(({ dynamodb }) => keyOf(dynamodb) === recordId);
      expect(own.length).toBeGreaterThan(10);
      const images = own.map(({ dynamodb }) => dynamodb.NewImage);
      expect(own.map(({ dynamodb }) => dynamodb.OldImage)).toEqual([undefined, ...images.slice(0, -1)]);
    }
    const { Item } = await write('GetItem', key);
    expect(records.findLast(({ dynamodb }) => keyOf(dynamodb) === 'a')?.dynamodb.NewImage).toEqual(Item);
  });

  it('numbers the records upwards, soon with one digit more', async () => {
    const { write, taken } = await setUp();
    for (let turn = 0; turn < 12; turn += 1) await write('UpdateItem', count('a'));
    const numbers = taken().map(({ dynamodb }) => BigInt(dynamodb.SequenceNumber));
    const first = numbers[0] ?? 0n;
    expect(numbers).toEqual(Array.from({ length: 12 }, (_, index) => first + BigInt(index)));
    expect(new Set(numbers.map((number) => String(number).length))).toEqual(new Set([20, 21]));
  });

  it('names an item by partition key and sort key', async () => {
    const { write, taken } = await setUp([{ ...tenants, streamArn: 'arn' }]);
    const Key = { tenantId: S('acme'), record: S('tenant') };
    await write('PutItem', { TableName: 'tenants', Item: { ...Key, name: S('Acme') } });
    expect(taken()[0]?.dynamodb.Keys).toEqual(Key);
  });

  it('gives each reader every record from when it was opened to when it is closed', async () => {
    const { write, taken, dynamoDb } = await setUp();
    await write('PutItem', put('a'));
    let heard = 0;
    const late = dynamoDb.streams[0]?.openReader(() => (heard += 1));
    await write('PutItem', put('b'));
    expect(late?.pending()).toBe(1);
    late?.close();
    await write('PutItem', put('c'));
    expect([heard, late?.take(5).length, taken().length]).toEqual([1, 1, 3]);
  });
});

function keyOf(dynamodb: StreamRecord['dynamodb']): unknown {
  return Object(dynamodb.Keys['recordId'])['S'];
}
