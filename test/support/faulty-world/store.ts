import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { tables } from '../dynamo-tables.ts';
import { type Item, isItem } from './expressions.ts';
import { type MemoryTables, memoryTables, type SendCommand } from './memory-tables.ts';

/** Where a world keeps its tables: in memory, where every write can be watched, or in dynalite. */
export type Store = {
  readonly send: SendCommand;
  items(table: string): Promise<readonly Item[]>;
  readonly memory: MemoryTables | undefined;
};

export function storeInMemory(): Store {
  const memory = memoryTables();
  return { send: memory.send, items: async (table) => memory.items(table), memory };
}

/** Empties the tables first: the tests of a file share them. */
export async function storeInDynalite(dynamo: DynamoDBDocumentClient): Promise<Store> {
  async function items(table: string): Promise<readonly Item[]> {
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    return Items;
  }
  for (const table of Object.values(tables)) {
    for (const item of await items(table)) {
      await dynamo.send(new DeleteCommand({ TableName: table, Key: keyOf(table, item) }));
    }
  }
  // The client takes every command of its own; which one it is, it finds out itself.
  const send: (command: never) => Promise<object> = dynamo.send.bind(dynamo);
  return { send: (command) => Reflect.apply(send, dynamo, [command]), items, memory: undefined };
}

export async function putItems(store: Store, table: string, items: readonly object[]): Promise<void> {
  for (const item of items) {
    if (isItem(item)) await store.send(new PutCommand({ TableName: table, Item: item }));
  }
}

function keyOf(table: string, { recordId, switchId, tenantId, record }: Item): Item {
  if (table === tables.ledgerTable) return { recordId };
  return table === tables.switchesTable ? { switchId } : { tenantId, record };
}
