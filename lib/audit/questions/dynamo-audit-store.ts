import { BatchGetCommand, type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../../errors.ts';
import { storeError } from '../../platform/store-error.ts';
import { counterIds, DUE_SHARD, ledgerIndexes, TENANT_RECORD } from '../../platform/table-keys.ts';
import { type AuditStore, type DuePosition, PARTITION_KEYS, type RowPosition } from './audit-store.ts';
import { expressionOf, projectionOf, rangeInput } from './dynamo-expressions.ts';
import { type ReadMeter, readMeter } from './read-cost.ts';

export type AuditStoreDependencies = {
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly config: { readonly ledgerTable: string; readonly limitsTable: string; readonly tenantsTable: string };
};

/** The most items that BatchGetItem takes. Source: DynamoDB API Reference, BatchGetItem. */
const BATCH = 100;
/** How often the items that a batch left over are asked for again. */
const ROUNDS = 8;
const MOST_NAMED = 100;

/**
 * The store of one question on DynamoDB: only reads, each with a projection and each counted with the cost that
 * DynamoDB reports.
 */
export function makeAuditStore(dependencies: AuditStoreDependencies): AuditStore {
  const meter = readMeter();
  const ledger = ledgerReads(dependencies, meter);
  return { ...ledger, ...sideReads(dependencies, meter), cost: () => meter.cost() };
}

type LedgerReads = Pick<AuditStore, 'queryRange' | 'queryName' | 'queryDue' | 'readItems'>;

function ledgerReads(dependencies: AuditStoreDependencies, meter: ReadMeter): LedgerReads {
  const TableName = dependencies.config.ledgerTable;
  const query = makeQuery(dependencies, meter);
  return {
    async queryRange(asked) {
      const { items, last } = await query(rangeInput(asked), rowSchema);
      return { rows: items, ...(last === undefined ? {} : { next: last }) };
    },

    async queryName(index, value) {
      const { names, values, expression } = expressionOf({ [PARTITION_KEYS[index]]: value });
      const { items } = await query(
        {
          IndexName: ledgerIndexes[index],
          KeyConditionExpression: expression,
          ...projectionOf(['recordId'], names),
          ExpressionAttributeValues: values,
          Limit: MOST_NAMED,
        },
        namedSchema,
      );
      return items.map(({ recordId }) => recordId);
    },

    async queryDue({ after, limit }) {
      const { names, values, expression } = expressionOf({ dueShard: DUE_SHARD });
      const { items, last } = await query(
        {
          IndexName: ledgerIndexes.due,
          KeyConditionExpression: expression,
          ...projectionOf(['recordId', 'dueAtMs'], names),
          ExpressionAttributeValues: values,
          Limit: limit,
          ...(after === undefined ? {} : { ExclusiveStartKey: { dueShard: DUE_SHARD, ...after } }),
        },
        dueSchema,
      );
      return { rows: items, ...(last === undefined ? {} : { next: last }) };
    },

    async readItems(ids, attributes) {
      const found = new Map<string, unknown>();
      const distinct = [...new Set(ids)];
      for (let start = 0; start < distinct.length; start += BATCH) {
        const keys = distinct.slice(start, start + BATCH).map((recordId) => ({ recordId }));
        for (const item of await readBatch({ TableName, keys, attributes }, dependencies, meter)) {
          found.set(item.recordId, item);
        }
      }
      return found;
    },
  };
}

function sideReads({ dynamo, config }: AuditStoreDependencies, meter: ReadMeter) {
  const get = async (input: ConstructorParameters<typeof GetCommand>[0]) => {
    const wanted = new GetCommand({ ...input, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' });
    const answer = await failing('a row beside the ledger could not be read', () => dynamo.send(wanted));
    meter.count({ rows: answer.Item === undefined ? 0 : 1, readUnits: answer.ConsumedCapacity?.CapacityUnits });
    return answer.Item;
  };
  return {
    async readCorrelatedUpToMs(): Promise<number | undefined> {
      const counter = counterIds.correlation;
      const item = await get({
        TableName: config.limitsTable,
        Key: { counter },
        ...projectionOf(['correlatedUpToMs'], {}),
      });
      const read = v.safeParse(correlationSchema, item);
      return read.success ? read.output.correlatedUpToMs : undefined;
    },
    async readSettings(tenantId: string): Promise<Readonly<Record<string, unknown>> | undefined> {
      const Key = { tenantId, record: TENANT_RECORD };
      const item = await get({ TableName: config.tenantsTable, Key, ...projectionOf(['tenantId', 'settings'], {}) });
      const read = v.safeParse(settingsSchema, item);
      return read.success ? read.output.settings : undefined;
    },
  };
}

type QueryInput = Omit<ConstructorParameters<typeof QueryCommand>[0], 'TableName'>;

function makeQuery({ dynamo, config }: AuditStoreDependencies, meter: ReadMeter) {
  return async <Row>(input: QueryInput, schema: v.GenericSchema<unknown, Row>) => {
    const wanted = new QueryCommand({ ...input, TableName: config.ledgerTable, ReturnConsumedCapacity: 'TOTAL' });
    return failing('an index of the ledger could not be read', async () => {
      const page = await dynamo.send(wanted);
      meter.count({
        rows: page.ScannedCount ?? page.Items?.length ?? 0,
        readUnits: page.ConsumedCapacity?.CapacityUnits,
      });
      const last = page.LastEvaluatedKey;
      return {
        items: v.parse(v.array(schema), page.Items ?? []),
        last: last === undefined ? undefined : v.parse(schema, last),
      };
    });
  };
}

type Batch = {
  readonly TableName: string;
  readonly keys: readonly { readonly recordId: string }[];
  readonly attributes: readonly string[];
};

async function readBatch({ TableName, keys, attributes }: Batch, { dynamo }: AuditStoreDependencies, meter: ReadMeter) {
  const found: v.InferOutput<typeof itemSchema>[] = [];
  const asked = { ConsistentRead: true, ...projectionOf(attributes, {}) };
  let left = [...keys];
  for (let round = 0; left.length > 0; round += 1) {
    if (round === ROUNDS) throw new BrokerError('store.busy', 'the ledger did not answer for every record of a page');
    const wanted = new BatchGetCommand({
      RequestItems: { [TableName]: { ...asked, Keys: left } },
      ReturnConsumedCapacity: 'TOTAL',
    });
    const answer = await failing('records of the ledger could not be read', () => dynamo.send(wanted));
    const items = v.parse(v.array(itemSchema), answer.Responses?.[TableName] ?? []);
    const readUnits = answer.ConsumedCapacity?.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    meter.count({ rows: items.length, readUnits });
    found.push(...items);
    left = v.parse(v.array(namedSchema), answer.UnprocessedKeys?.[TableName]?.Keys ?? []);
  }
  return found;
}

async function failing<Answer>(message: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw storeError(error, message);
  }
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const namedSchema = v.object({ recordId: v.string() });
const itemSchema = v.looseObject({ recordId: v.string() });
const rowSchema: v.GenericSchema<unknown, RowPosition> = v.object({ recordId: v.string(), recordedAtMs: count });
const dueSchema: v.GenericSchema<unknown, DuePosition> = v.object({ recordId: v.string(), dueAtMs: count });
const correlationSchema = v.object({ correlatedUpToMs: count });
const settingsSchema = v.object({ tenantId: v.string(), settings: v.record(v.string(), v.unknown()) });
