import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { deployedTables, tables } from '../support/dynamo-tables.ts';
import type { StoreProcess } from './processes.ts';
import { registered, SPOILT } from './tenants-of-load.ts';

/** A client of the store, for the test itself. */
export function clientOf({ endpoint }: Pick<StoreProcess, 'endpoint'>): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials }));
}

/** Makes the tables as they are deployed, and registers the tenants, one of them spoilt. */
export async function fill(dynamo: DynamoDBDocumentClient, tenants: number): Promise<void> {
  for (const table of deployedTables()) {
    await dynamo.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }));
  }
  const items = [SPOILT, ...Array.from({ length: tenants }, (_, index) => registered(index)).flat()];
  for (let from = 0; from < items.length; from += 25) {
    const puts = items.slice(from, from + 25).map((item) => ({ PutRequest: { Item: { ...item } } }));
    await dynamo.send(new BatchWriteCommand({ RequestItems: { [tables.tenantsTable]: puts } }));
  }
}

/**
 * dynalite writes an item and its entries in indexes one after the other; DynamoDB never loses one of them when something
 * dies. Entries that are missing after a kill are written again, by writing the item without what is indexed, and with it.
 */
export async function mendIndex(dynamo: DynamoDBDocumentClient): Promise<void> {
  for await (const item of itemsOf(dynamo, tables.ledgerTable)) {
    const { dueShard, dueAtMs: _due, ...rest } = item;
    if (dueShard === undefined) continue;
    await dynamo.send(new PutCommand({ TableName: tables.ledgerTable, Item: rest }));
    await dynamo.send(new PutCommand({ TableName: tables.ledgerTable, Item: item }));
  }
}

/** Every item of a table, page by page. */
export async function* itemsOf(
  dynamo: DynamoDBDocumentClient,
  TableName: string,
): AsyncGenerator<Record<string, unknown>> {
  let from: Record<string, unknown> | undefined;
  do {
    const page = await dynamo.send(new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: from }));
    yield* page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}
