import { withAccessDeniedException } from '../access-denied-exception.ts';
import type { StackClock } from '../clock.ts';
import type { Authorize } from '../iam/authorize.ts';
import type { StackIds } from '../ids.ts';
import { type Service, type ServiceAnswer, type ServiceCall, ServiceError, serviceOf } from '../service.ts';
import { arnAt, type StackHome } from '../stack-home.ts';
import { type ChangeStream, createChangeStream } from './change-stream.ts';
import { type DynamoDbEngine, startDynalite } from './dynalite-engine.ts';
import type { WireItem } from './item-change.ts';
import { recordWrites } from './record-writes.ts';
import { batchGetAccesses, batchWriteAccesses, itemAccess, searchAccess, type TableAccess } from './table-access.ts';
import { type TableDefinition, tableKeys } from './table-definition.ts';

export type DynamoDb = {
  /** Unlike other services, this one takes and gives DynamoDB's wire JSON unchanged: binary values are base64 text. */
  readonly service: Service;
  /** Every item of every table, whoever may read it, for tests and leak scans. */
  snapshotTables(): Promise<Readonly<Record<string, readonly WireItem[]>>>;
  /** The change streams of the tables that have one. */
  readonly streams: readonly ChangeStream[];
};

export type DynamoDbDeps = {
  readonly authorize: Authorize;
  readonly home: StackHome;
  readonly tables: readonly TableDefinition[];
  readonly clock: Pick<StackClock, 'nowMs'>;
  readonly ids: Pick<StackIds, 'uuid'>;
};

/** Parameters that expressions replaced years ago. An overlooked one would be an attribute that no policy sees. */
const LEGACY_PARAMETERS = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

/** DynamoDB's tables in memory, each action allowed by the caller's policies down to keys and attributes. */
export async function startDynamoDb(deps: DynamoDbDeps): Promise<DynamoDb> {
  const engine = startDynalite();
  for (const table of deps.tables) await createTable(engine, table);
  const keys = new Map(deps.tables.map((table) => [table.TableName, tableKeys(table)]));
  const keysOf = (tableName: string) => keys.get(tableName);
  const streamed = streamedTables(deps);
  const recorded = recordWrites(engine, streamed);
  const guard = guardOf({ ...deps, authorize: withAccessDeniedException(deps.authorize) }, recorded);

  const item = (action: string) => guard(action, (input) => [itemAccess(action, input, keysOf)]);
  const search = (action: string) => guard(action, (input) => [searchAccess(action, input, keysOf)]);
  const service = serviceOf({
    GetItem: item('GetItem'),
    PutItem: item('PutItem'),
    UpdateItem: item('UpdateItem'),
    DeleteItem: item('DeleteItem'),
    Query: search('Query'),
    Scan: search('Scan'),
    BatchGetItem: guard('BatchGetItem', (input) => batchGetAccesses(input, keysOf)),
    BatchWriteItem: guard('BatchWriteItem', (input) => batchWriteAccesses(input, keysOf)),
    DescribeTable: async (call) => withOwnArns(deps.home, await describeTable(call)),
    ListTables: guard('ListTables', () => [{ tableName: '*', leadingKeys: [], attributes: [] }]),
  });
  const describeTable = guard('DescribeTable', (input) => {
    return [{ tableName: String(input['TableName']), leadingKeys: [], attributes: [] }];
  });
  const streams = [...streamed.values()].map(({ stream }) => stream);
  return { service, snapshotTables: () => snapshotTables(engine, deps.tables), streams };
}

function streamedTables({ tables, clock, ids, home }: DynamoDbDeps) {
  const streamed = tables.flatMap(({ TableName, KeySchema, streamArn }) => {
    if (streamArn === undefined) return [];
    const keyAttributes = KeySchema.map(({ AttributeName }) => AttributeName);
    const stream = createChangeStream({ arn: streamArn, region: home.region, clock, ids });
    return [[TableName, { keyAttributes, stream }] as const];
  });
  return new Map(streamed);
}

type Action = (call: ServiceCall) => Promise<ServiceAnswer>;
type AccessesOf = (input: ServiceCall['input']) => readonly TableAccess[];

/** Allows an action only when it is allowed for every table that it touches, before the engine sees it. */
function guardOf(deps: DynamoDbDeps, engine: DynamoDbEngine) {
  return (action: string, accessesOf: AccessesOf): Action =>
    async (call) => {
      refuseLegacyParameters(call.input);
      for (const access of accessesOf(call.input)) authorizeAccess(deps, call, { action, access });
      return engine(action, call.input);
    };
}

function authorizeAccess(deps: DynamoDbDeps, call: ServiceCall, use: { action: string; access: TableAccess }): void {
  const { access } = use;
  const table = `table/${access.tableName}`;
  deps.authorize({
    caller: call.caller,
    region: call.region,
    sourceIp: call.sourceIp,
    action: `dynamodb:${use.action}`,
    resource: arnAt(
      deps.home,
      'dynamodb',
      access.indexName === undefined ? table : `${table}/index/${access.indexName}`,
    ),
    resourceAccountId: deps.home.accountId,
    context: {
      ...(access.leadingKeys.length === 0 ? {} : { 'dynamodb:LeadingKeys': access.leadingKeys }),
      ...(access.attributes.length === 0 ? {} : { 'dynamodb:Attributes': access.attributes }),
      ...(access.returnValues === undefined ? {} : { 'dynamodb:ReturnValues': access.returnValues }),
      ...(access.select === undefined ? {} : { 'dynamodb:Select': access.select }),
    },
  });
}

function refuseLegacyParameters(input: ServiceCall['input']): void {
  const requestItems = input['RequestItems'];
  const nested = typeof requestItems === 'object' && requestItems !== null ? Object.values(requestItems) : [];
  const names = [input, ...nested].flatMap((part) =>
    typeof part === 'object' && part !== null ? Object.keys(part) : [],
  );
  const legacy = names.find((name) => LEGACY_PARAMETERS.includes(name));
  if (legacy === undefined) return;
  const message = `the embedded stack does not take the legacy parameter ${legacy}; use an expression`;
  throw new ServiceError('ValidationException', 400, message);
}

/** Resolves once the table can be used: dynalite activates it in a later turn of the event loop. */
async function createTable(engine: DynamoDbEngine, table: TableDefinition): Promise<void> {
  const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes: indexes } = table;
  await engine('CreateTable', {
    TableName,
    AttributeDefinitions,
    KeySchema,
    BillingMode: 'PAY_PER_REQUEST',
    ...(indexes === undefined || indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
  });
  while (!(await isActive(engine, TableName))) await new Promise((resolve) => setTimeout(resolve, 1));
}

async function isActive(engine: DynamoDbEngine, TableName: string): Promise<boolean> {
  const { Table } = (await engine('DescribeTable', { TableName })) as { Table: { TableStatus: string } };
  return Table.TableStatus === 'ACTIVE';
}

/** dynalite names its tables in an account and a region of its own; this puts in the broker's. */
function withOwnArns(home: StackHome, answer: ServiceAnswer): ServiceAnswer {
  const json = JSON.stringify(answer).replaceAll(
    /"arn:aws:dynamodb:[^:"]*:[^:"]*:table\//g,
    `"${arnAt(home, 'dynamodb', 'table/')}`,
  );
  return JSON.parse(json) as ServiceAnswer;
}

async function snapshotTables(engine: DynamoDbEngine, tables: readonly TableDefinition[]) {
  const entries = tables.map(async ({ TableName }) => [TableName, await scanAll(engine, TableName)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function scanAll(engine: DynamoDbEngine, TableName: string): Promise<WireItem[]> {
  const items: WireItem[] = [];
  let start: WireItem | undefined;
  do {
    const page = (await engine('Scan', {
      TableName,
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    })) as { Items?: WireItem[]; LastEvaluatedKey?: WireItem };
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
