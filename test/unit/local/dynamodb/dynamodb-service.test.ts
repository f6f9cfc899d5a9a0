import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { startDynamoDb } from '../../../../local/dynamodb/dynamodb-service.ts';
import { createAuthorize } from '../../../../local/iam/authorize.ts';
import type { Caller } from '../../../../local/iam/caller.ts';
import type { PolicyStatement } from '../../../../local/iam/policy-document.ts';
import { allowing, callerWith, callOf, countingIds, everything, home, stoppedClock } from '../emulated-call.ts';
import { jsonHandler } from '../json-handler.ts';

const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' });
const ledger = {
  TableName: 'ledger',
  AttributeDefinitions: [text('recordId'), text('tenantId'), text('requestedAt')],
  KeySchema: [hash('recordId')],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-tenant',
      KeySchema: [hash('tenantId'), range('requestedAt')],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};
const tenants = {
  TableName: 'tenants',
  AttributeDefinitions: [text('tenantId'), text('record')],
  KeySchema: [hash('tenantId'), range('record')],
};
const tableArn = (name: string) => `arn:aws:dynamodb:eu-west-1:${home.accountId}:table/${name}`;
const admin = callerWith([everything]);
const S = (value: string) => ({ S: value });

async function setUp() {
  const clock = stoppedClock();
  const authorize = createAuthorize({ clock });
  return startDynamoDb({ authorize, home, clock, ids: countingIds(), tables: [ledger, tenants] });
}

type World = Awaited<ReturnType<typeof setUp>>;

function clientOf(world: World, caller = admin): DynamoDBClient {
  return new DynamoDBClient({
    region: home.region,
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: jsonHandler(world.service, caller, []),
    maxAttempts: 1,
  });
}

describe('DynamoDB under the AWS SDK', () => {
  it('writes by condition, reads consistently and tells of a condition that failed', async () => {
    const client = clientOf(await setUp());
    const put = new PutItemCommand({
      TableName: 'ledger',
      Item: { recordId: S('posture.1'), wrapped: { B: Uint8Array.of(0, 255) } },
      ConditionExpression: 'attribute_not_exists(recordId)',
    });
    await client.send(put);
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    const get = new GetItemCommand({ TableName: 'ledger', Key: { recordId: S('posture.1') }, ConsistentRead: true });
    expect((await client.send(get)).Item).toEqual({ recordId: S('posture.1'), wrapped: { B: Uint8Array.of(0, 255) } });
  });

  it('takes the ticket out of an item and hands it over in one conditional update', async () => {
    const client = clientOf(await setUp());
    const documents = DynamoDBDocumentClient.from(client);
    const issued = { recordId: 'posture.1', state: 'issued', ticket: { attempt: 1, key: 'k' } };
    await documents.send(new PutCommand({ TableName: 'ledger', Item: issued }));
    const claim = new UpdateItemCommand({
      TableName: 'ledger',
      Key: { recordId: S('posture.1') },
      UpdateExpression: 'SET #s = :claimed REMOVE ticket',
      ConditionExpression: '#s = :issued AND ticket.attempt = :attempt',
      ExpressionAttributeNames: { '#s': 'state' },
      ExpressionAttributeValues: { ':claimed': S('claimed'), ':issued': S('issued'), ':attempt': { N: '1' } },
      ReturnValues: 'UPDATED_OLD',
    });
    const { Attributes } = await client.send(claim);
    expect(Attributes).toEqual({ state: S('issued'), ticket: { M: { attempt: { N: '1' }, key: S('k') } } });
    await expect(client.send(claim)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    const { Item } = await documents.send(new GetCommand({ TableName: 'ledger', Key: { recordId: 'posture.1' } }));
    expect(Item).toEqual({ recordId: 'posture.1', state: 'claimed' });
  });

  it('pages through queries of tables and indexes', async () => {
    const client = clientOf(await setUp());
    for (let count = 0; count < 5; count += 1) {
      const Item = { recordId: S(`r${count}`), tenantId: S('acme'), requestedAt: S(`2026-11-0${count}`) };
      await client.send(new PutItemCommand({ TableName: 'ledger', Item }));
    }
    const query = {
      TableName: 'ledger',
      IndexName: 'by-tenant',
      KeyConditionExpression: 'tenantId = :t AND requestedAt >= :from',
      ExpressionAttributeValues: { ':t': S('acme'), ':from': S('2026-11-01') },
      Limit: 3,
    };
    const first = await client.send(new QueryCommand(query));
    const rest = await client.send(new QueryCommand({ ...query, ExclusiveStartKey: first.LastEvaluatedKey }));
    const found = [...(first.Items ?? []), ...(rest.Items ?? [])].map(({ recordId }) => recordId?.S);
    expect(found).toEqual(['r1', 'r2', 'r3', 'r4']);
  });

  it('shows every item of every table for leak scans, over several pages', async () => {
    const world = await setUp();
    const client = clientOf(world);
    const padding = S('x'.repeat(300_000));
    for (let count = 0; count < 5; count += 1) {
      await client.send(new PutItemCommand({ TableName: 'ledger', Item: { recordId: S(`r${count}`), padding } }));
    }
    const { ledger: items, tenants: others } = await world.snapshotTables();
    expect(items).toHaveLength(5);
    expect(others).toEqual([]);
  });

  it('describes and lists tables in the account of the stack', async () => {
    const client = clientOf(await setUp());
    const { Table } = await client.send(new DescribeTableCommand({ TableName: 'ledger' }));
    expect(Table?.TableArn).toBe(tableArn('ledger'));
    expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexArn).toBe(`${tableArn('ledger')}/index/by-tenant`);
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual(['ledger', 'tenants']);
  });

  it("passes on dynalite's own refusals with their code and message", async () => {
    const { service } = await setUp();
    const call = (input: object) => callOf(admin, { TableName: 'ledger', ...input });
    await expect(service('GetItem', call({ TableName: 'unknown', Key: { a: S('b') } }))).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      statusCode: 400,
    });
    const empty = { Key: { recordId: S('x') }, UpdateExpression: 'SET a = :missing' };
    await expect(service('UpdateItem', call(empty))).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringContaining(':missing'),
    });
  });
});

/** A job's role, as `lib` grants it: its own rows, four attributes, no more returned than what it updates. */
const job = callerWith([
  allowing({
    Action: ['dynamodb:UpdateItem', 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
    Resource: [tableArn('ledger'), `${tableArn('ledger')}/index/by-tenant`],
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['posture.*'] },
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['recordId', 'state', 'ticket', 'tenantId'] },
      StringEqualsIfExists: {
        'dynamodb:ReturnValues': ['NONE', 'UPDATED_OLD'],
        'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
      },
    },
  }),
]);
const own = { TableName: 'ledger', Key: { recordId: S('posture.1') } };
const update = {
  ...own,
  UpdateExpression: 'SET #s = :v REMOVE ticket.attempt',
  ExpressionAttributeNames: { '#s': 'state' },
  ExpressionAttributeValues: { ':v': S('x') },
};
const others = { recordId: S('costs.1') };
const query = { TableName: 'ledger', KeyConditionExpression: 'recordId = :id', ProjectionExpression: '#s' };
const asked = (id: string, rest: object = {}) => ({
  ...query,
  ExpressionAttributeNames: { '#s': 'state' },
  ExpressionAttributeValues: { ':id': S(id) },
  ...rest,
});
const trail = { ExpressionAttributeNames: { '#s': 'trail' } };

const decisions: [string, string, object, boolean][] = [
  ['updates its own row', 'UpdateItem', update, true],
  ["updates another's row", 'UpdateItem', { ...update, Key: others }, false],
  ['updates an attribute that is not its own', 'UpdateItem', { ...update, ...trail }, false],
  [
    'asks a condition of another attribute',
    'UpdateItem',
    { ...update, ConditionExpression: 'size(trail) > :v' },
    false,
  ],
  ['copies another attribute', 'UpdateItem', { ...update, UpdateExpression: 'SET #s = trail' }, false],
  ['reaches another attribute by its case', 'UpdateItem', { ...update, UpdateExpression: 'SET State = :v' }, false],
  ['sets an attribute of a prototype', 'UpdateItem', { ...update, UpdateExpression: 'SET constructor = :v' }, false],
  ['asks for what it updated', 'UpdateItem', { ...update, ReturnValues: 'UPDATED_OLD' }, true],
  ['asks for the whole old item', 'UpdateItem', { ...update, ReturnValues: 'ALL_OLD' }, false],
  ['asks for the whole new item', 'UpdateItem', { ...update, ReturnValues: 'ALL_NEW' }, false],
  ['gets some of its row', 'GetItem', { ...own, ProjectionExpression: 'ticket' }, true],
  ['gets all of its row', 'GetItem', own, false],
  ['gets another attribute', 'GetItem', { ...own, ProjectionExpression: 'ticket, trail' }, false],
  [
    'gets its rows in a batch',
    'BatchGetItem',
    { RequestItems: { ledger: { Keys: [own.Key], ProjectionExpression: 'ticket' } } },
    true,
  ],
  [
    "gets another's row in a batch",
    'BatchGetItem',
    { RequestItems: { ledger: { Keys: [own.Key, others], ProjectionExpression: 'ticket' } } },
    false,
  ],
  [
    'gets from another table in a batch',
    'BatchGetItem',
    {
      RequestItems: {
        ledger: { Keys: [own.Key], ProjectionExpression: 'ticket' },
        tenants: { Keys: [{ tenantId: S('posture.1'), record: S('tenant') }], ProjectionExpression: 'tenantId' },
      },
    },
    false,
  ],
  ['queries its rows', 'Query', asked('posture.1'), true],
  [
    'queries its rows, written the other way round',
    'Query',
    asked('posture.1', { KeyConditionExpression: ':id = recordId' }),
    true,
  ],
  ["queries another's rows", 'Query', asked('costs.1'), false],
  ['queries all attributes', 'Query', asked('posture.1', { Select: 'ALL_ATTRIBUTES' }), false],
  ['filters by another attribute', 'Query', asked('posture.1', { FilterExpression: 'trail = :id' }), false],
  [
    'queries an index by its own leading key',
    'Query',
    asked('posture.x', { IndexName: 'by-tenant', KeyConditionExpression: 'tenantId = :id' }),
    true,
  ],
  [
    'queries an index by another',
    'Query',
    asked('acme', { IndexName: 'by-tenant', KeyConditionExpression: 'tenantId = :id' }),
    false,
  ],
  ['scans', 'Scan', { TableName: 'ledger', ProjectionExpression: 'ticket' }, false],
  ['puts', 'PutItem', { TableName: 'ledger', Item: own.Key }, false],
  ['deletes', 'DeleteItem', own, false],
  ['writes a batch', 'BatchWriteItem', { RequestItems: { ledger: [{ DeleteRequest: { Key: own.Key } }] } }, false],
];

describe('a job of the name posture', () => {
  it.each(decisions)('%s (%s)', async (_title, action, input, isAllowed) => {
    const world = await setUp();
    const client = clientOf(world);
    const items = [{ recordId: S('posture.1'), ticket: { M: { attempt: S('k') } } }, { recordId: S('costs.1') }];
    for (const Item of items) await client.send(new PutItemCommand({ TableName: 'ledger', Item }));
    const before = await world.snapshotTables();
    const answer = world.service(action, callOf(job, { ...input }));
    if (isAllowed) {
      await expect(answer).resolves.toBeDefined();
    } else {
      await expect(answer).rejects.toMatchObject({ code: 'AccessDeniedException', statusCode: 400 });
      expect(await world.snapshotTables()).toEqual(before);
    }
  });
});

describe('what no policy would see', () => {
  const writer = (condition: NonNullable<PolicyStatement['Condition']>): Caller =>
    callerWith([allowing({ Action: 'dynamodb:*', Resource: tableArn('ledger'), Condition: condition })]);
  const ownRows = writer({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': 'posture.*' } });
  const fewAttributes = writer({ 'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['recordId', 'state'] } });
  it.each([
    ['a query without its key', 'Query', { TableName: 'ledger', KeyConditionExpression: 'recordId > :id' }],
    ['a get without its key', 'GetItem', { TableName: 'ledger', Key: {} }],
    ['a put without its key', 'PutItem', { TableName: 'ledger', Item: { state: S('x') } }],
    ['an undefined placeholder', 'GetItem', { ...own, ProjectionExpression: '#x' }],
    ['an expression that cannot be read', 'GetItem', { ...own, ProjectionExpression: 'a;b' }],
    ['a legacy projection', 'GetItem', { ...own, AttributesToGet: ['ticket'] }],
    ['a legacy update', 'UpdateItem', { ...own, AttributeUpdates: { ticket: { Action: 'DELETE' } } }],
    ['a legacy condition', 'PutItem', { TableName: 'ledger', Item: own.Key, Expected: { trail: { Exists: false } } }],
    ['a legacy query', 'Query', { TableName: 'ledger', KeyConditions: {} }],
    ['a legacy batch', 'BatchGetItem', { RequestItems: { ledger: { Keys: [own.Key], AttributesToGet: ['x'] } } }],
  ])('is refused: %s', async (_title, action, input) => {
    const { service } = await setUp();
    const call = callOf(ownRows, { ...input });
    await expect(service(action, call)).rejects.toMatchObject({ code: 'ValidationException' });
  });

  it.each(['__proto__', 'constructor', 'prototype', 'trail'])('is not the attribute %s of an item', async (name) => {
    const { service } = await setUp();
    const Item = JSON.parse(`{"recordId":{"S":"posture.1"},"${name}":{"S":"x"}}`);
    const put = service('PutItem', callOf(fewAttributes, { TableName: 'ledger', Item }));
    await expect(put).rejects.toMatchObject({ code: 'AccessDeniedException' });
    const batch = { RequestItems: { ledger: [{ PutRequest: { Item } }] } };
    await expect(service('BatchWriteItem', callOf(fewAttributes, batch))).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });

  it.each(['TransactWriteItems', 'ExecuteStatement', 'DeleteTable', 'CreateTable', 'toString'])(
    'is %s',
    async (action) => {
      const { service } = await setUp();
      const refused = expect.objectContaining({ code: 'UnknownOperationException' });
      await expect(service(action, callOf(admin, { TableName: 'ledger' }))).rejects.toEqual(refused);
    },
  );
});

describe('batches', () => {
  it('write and read items of several tables, each table allowed by itself', async () => {
    const world = await setUp();
    const both = callerWith([
      allowing({
        Action: ['dynamodb:BatchWriteItem', 'dynamodb:BatchGetItem'],
        Resource: [tableArn('ledger'), tableArn('tenants')],
      }),
    ]);
    const client = clientOf(world, both);
    const tenant = { tenantId: S('acme'), record: S('tenant') };
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: { ledger: [{ PutRequest: { Item: own.Key } }], tenants: [{ PutRequest: { Item: tenant } }] },
      }),
    );
    const { Responses } = await client.send(
      new BatchGetItemCommand({ RequestItems: { ledger: { Keys: [own.Key] }, tenants: { Keys: [tenant] } } }),
    );
    expect(Responses).toEqual({ ledger: [own.Key], tenants: [tenant] });
  });
});
