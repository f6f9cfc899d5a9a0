import * as v from 'valibot';
import { exactRecord } from '../exact-record.ts';
import type { ChangeStream } from './change-stream.ts';
import type { DynamoDbEngine } from './dynalite-engine.ts';
import { itemChange, type WireItem } from './item-change.ts';

/** A table whose every change is written to a stream. */
export type StreamedTable = {
  /** The names of its partition key and, where it has one, its sort key. */
  readonly keyAttributes: readonly string[];
  readonly stream: ChangeStream;
};

type TouchedItem = { readonly tableName: string; readonly table: StreamedTable; readonly key: WireItem };

const item = exactRecord(v.unknown());
const put = v.object({ TableName: v.string(), Item: item });
const keyed = v.object({ TableName: v.string(), Key: item });
const requests = v.array(
  v.object({
    PutRequest: v.optional(v.object({ Item: item })),
    DeleteRequest: v.optional(v.object({ Key: item })),
  }),
);
const batch = v.object({ RequestItems: exactRecord(requests) });

/**
 * An engine that appends the changes of its writes to the streams. Writes to streamed tables run one at a time, each
 * between two reads of the items that it names, so that the records of an item follow from each other and are in the
 * order of the writes. Every change is recorded, even those of a write that failed half-way.
 */
export function recordWrites(engine: DynamoDbEngine, tables: ReadonlyMap<string, StreamedTable>): DynamoDbEngine {
  let last: Promise<unknown> = Promise.resolve();
  return (action, input) => {
    const items = touchedItems(action, input, tables);
    if (items.length === 0) return engine(action, input);
    const write = last.then(() => writeAndRecord(engine, { action, input, items }));
    last = write.catch(() => undefined);
    return write;
  };
}

type Write = {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly items: readonly TouchedItem[];
};

async function writeAndRecord(engine: DynamoDbEngine, { action, input, items }: Write) {
  const before = await readImages(engine, items);
  try {
    return await engine(action, input);
  } finally {
    const after = await readImages(engine, items);
    for (const [index, { key, table }] of items.entries()) {
      const change = itemChange(key, { before: before[index], after: after[index] });
      if (change !== undefined) table.stream.append(change);
    }
  }
}

function readImages(engine: DynamoDbEngine, items: readonly TouchedItem[]): Promise<(WireItem | undefined)[]> {
  return Promise.all(
    items.map(async ({ tableName, key }) => {
      const answer = await engine('GetItem', { TableName: tableName, Key: key, ConsistentRead: true });
      return v.parse(v.object({ Item: v.optional(item) }), answer).Item;
    }),
  );
}

/** The items of streamed tables that a write names. The engine refuses input without the shape of a write. */
function touchedItems(action: string, input: unknown, tables: ReadonlyMap<string, StreamedTable>): TouchedItem[] {
  return namedItems(action, input).flatMap(({ tableName, named }) => {
    const table = tables.get(tableName);
    if (table === undefined) return [];
    const key = Object.fromEntries(table.keyAttributes.map((name) => [name, named[name]]));
    return Object.values(key).includes(undefined) ? [] : [{ tableName, table, key }];
  });
}

type NamedItem = { readonly tableName: string; readonly named: WireItem };

function namedItems(action: string, input: unknown): readonly NamedItem[] {
  switch (action) {
    case 'PutItem': {
      const { success, output } = v.safeParse(put, input);
      return success ? [{ tableName: output.TableName, named: output.Item }] : [];
    }
    case 'UpdateItem':
    case 'DeleteItem': {
      const { success, output } = v.safeParse(keyed, input);
      return success ? [{ tableName: output.TableName, named: output.Key }] : [];
    }
    case 'BatchWriteItem': {
      const { success, output } = v.safeParse(batch, input);
      return success ? Object.entries(output.RequestItems).flatMap(itemsOfTable) : [];
    }
    default:
      return [];
  }
}

function itemsOfTable([tableName, ofTable]: [string, v.InferOutput<typeof requests>]): NamedItem[] {
  return ofTable.flatMap(({ PutRequest, DeleteRequest }) => {
    const named = PutRequest?.Item ?? DeleteRequest?.Key;
    return named === undefined ? [] : [{ tableName, named }];
  });
}
