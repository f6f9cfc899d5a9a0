import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { isConditionFailed, storeError } from '../platform/store-error.ts';

export type TableItem = Readonly<Record<string, unknown>>;
export type ItemKey = { readonly tenantId: string; readonly record: string };

/** What a write expects: the item as it was read, or none. */
export type ExpectedItem = { readonly version?: number | undefined; readonly writeId?: string | undefined } | undefined;

export type TenantsTable = {
  read(key: ItemKey): Promise<TableItem | undefined>;
  /** Every item of the tenant whose record begins with this. */
  readAll(of: { readonly tenantId: string; readonly prefix: string }): Promise<readonly TableItem[]>;
  put(item: TableItem): Promise<void>;
  /** False when the item is not as it was read. */
  putIf(item: TableItem, asRead: ExpectedItem): Promise<boolean>;
  /** Removes the item, unless it is not as it was read. */
  removeIf(key: ItemKey, asRead: NonNullable<ExpectedItem>): Promise<void>;
};

/** The calls to the tenants table. Each concerns one item or one partition, and each read is consistent. */
export function tenantsTable({
  dynamo,
  config: { tenantsTable: TableName },
}: {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly tenantsTable: string };
}): TenantsTable {
  return {
    async read({ tenantId, record }) {
      return stored('a tenant could not be read', async () => {
        const answer = await dynamo.send(
          new GetCommand({ TableName, Key: { tenantId, record }, ConsistentRead: true }),
        );
        return answer.Item;
      });
    },

    async readAll({ tenantId, prefix }) {
      const found: TableItem[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const query = new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: '#tenantId = :tenantId AND begins_with(#record, :prefix)',
          ExpressionAttributeNames: { '#tenantId': 'tenantId', '#record': 'record' },
          ExpressionAttributeValues: { ':tenantId': tenantId, ':prefix': prefix },
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        });
        const page = await stored('a tenant could not be read', () => dynamo.send(query));
        found.push(...(page.Items ?? []));
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return found;
    },

    async put(item) {
      await stored('a tenant could not be written', () => dynamo.send(new PutCommand({ TableName, Item: item })));
    },

    async putIf(item, asRead) {
      try {
        await dynamo.send(new PutCommand({ TableName, Item: item, ...conditionOf(asRead) }));
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw storeError(error, 'a tenant could not be written');
      }
    },

    async removeIf({ tenantId, record }, asRead) {
      try {
        await dynamo.send(new DeleteCommand({ TableName, Key: { tenantId, record }, ...conditionOf(asRead) }));
      } catch (error) {
        if (!isConditionFailed(error)) throw storeError(error, 'a tenant could not be written');
      }
    },
  };
}

function conditionOf(asRead: ExpectedItem) {
  if (asRead === undefined) return { ConditionExpression: 'attribute_not_exists(tenantId)' };
  const { version, writeId } = asRead;
  const sameVersion = version === undefined ? [] : ['#version = :version'];
  const sameWrite = writeId === undefined ? 'attribute_not_exists(#writeId)' : '#writeId = :writeId';
  return {
    ConditionExpression: [...sameVersion, sameWrite].join(' AND '),
    ExpressionAttributeNames: { '#writeId': 'writeId', ...(version === undefined ? {} : { '#version': 'version' }) },
    ...valuesOf({ ':version': version, ':writeId': writeId }),
  };
}

function valuesOf(values: Readonly<Record<string, unknown>>) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(given) };
}

async function stored<Answer>(failure: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw storeError(error, failure);
  }
}
