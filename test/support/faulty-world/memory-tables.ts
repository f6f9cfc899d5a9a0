import { BatchGetCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { tables } from '../dynamo-tables.ts';
import { copyOf } from './copy-of.ts';
import { conditionHolds, type Item, isItem, updated } from './expressions.ts';

/** Sends one DynamoDB command somewhere and gives its answer. */
export type SendCommand = (command: unknown) => Promise<object>;

export type MemoryTables = {
  readonly send: SendCommand;
  /** Every item of a table, as it is now. Not to be changed. */
  items(table: string): readonly Item[];
  item(table: string, id: string): Item | undefined;
  /** Told of each write that happened. */
  onWrite: ((table: string, change: { readonly before: Item | undefined; readonly after: Item }) => void) | undefined;
};

/**
 * The three tables in memory: atomic writes of one item, consistent readings, an index that does not lag. The tests of
 * the crash points run against dynalite as well, which says that this is near enough.
 */
export function memoryTables(): MemoryTables {
  const stored = new Map<string, Map<string, Item>>(Object.values(tables).map((table) => [table, new Map()]));
  const tableOf = (name: string | undefined) => stored.get(name ?? '') ?? missing(name);

  function write(name: string | undefined, id: string, after: Item): void {
    const table = tableOf(name);
    const before = table.get(id);
    table.set(id, copyOf(after));
    memory.onWrite?.(name ?? '', { before, after });
  }

  function put({ input }: PutCommand): object {
    const item = input.Item ?? {};
    if (!conditionHolds(tableOf(input.TableName).get(idOf(item)), input)) throw conditionFailed();
    write(input.TableName, idOf(item), item);
    return {};
  }

  function update({ input }: UpdateCommand): object {
    const id = idOf(input.Key ?? {});
    const before = tableOf(input.TableName).get(id);
    if (!conditionHolds(before, input)) throw conditionFailed();
    const after = updated(before ?? { ...input.Key }, input);
    write(input.TableName, id, after);
    if (input.ReturnValues !== 'UPDATED_OLD') return {};
    const touched = Object.entries(before ?? {}).filter(([name, value]) => after[name] !== value);
    return { Attributes: copyOf(Object.fromEntries(touched)) };
  }

  function query({ input }: QueryCommand): object {
    const values = input.ExpressionAttributeValues ?? {};
    const all = [...tableOf(input.TableName).values()];
    const Items = input.IndexName === undefined ? rolesOf(all, values) : dueOf(all, values).slice(0, input.Limit);
    return { Items: copyOf(Items) };
  }

  const memory: MemoryTables = {
    onWrite: undefined,
    items: (table) => [...tableOf(table).values()],
    item: (table, id) => tableOf(table).get(id),
    async send(command) {
      if (command instanceof PutCommand) return put(command);
      if (command instanceof UpdateCommand) return update(command);
      if (command instanceof QueryCommand) return query(command);
      if (command instanceof GetCommand) return get(command);
      if (command instanceof BatchGetCommand) return batchGet(command);
      throw new Error('a command that the tables in memory do not know');
    },
  };

  function get({ input }: GetCommand): object {
    const Item = tableOf(input.TableName).get(idOf(input.Key));
    return Item === undefined ? {} : { Item: copyOf(Item) };
  }

  function batchGet({ input }: BatchGetCommand): object {
    const found = Object.entries(input.RequestItems ?? {}).map(([table, { Keys = [] }]) => [
      table,
      Keys.flatMap((key) => copyOf(tableOf(table).get(idOf(key))) ?? []),
    ]);
    return { Responses: Object.fromEntries(found) };
  }

  return memory;
}

function rolesOf(all: readonly Item[], values: Record<string, unknown>): Item[] {
  return all.filter(
    (item) => item['tenantId'] === values[':tenantId'] && String(item['record']).startsWith(String(values[':prefix'])),
  );
}

function dueOf(all: readonly Item[], values: Record<string, unknown>): Item[] {
  return all
    .filter((item) => item['dueShard'] === values[':shard'] && Number(item['dueAtMs']) <= Number(values[':nowMs']))
    .sort((one, other) => Number(one['dueAtMs']) - Number(other['dueAtMs']))
    .map(({ recordId, dueShard, dueAtMs }) => ({ recordId, dueShard, dueAtMs }));
}

/** The key of an item of any of the tables, as one text. */
function idOf(item: unknown): string {
  if (!isItem(item)) throw new Error('an item is not an item');
  const { recordId, switchId, tenantId, record } = item;
  // A ledger record has a tenant too: what is a key there comes first.
  return String(recordId ?? switchId ?? `${tenantId} ${record}`);
}

function conditionFailed(): Error {
  return Object.assign(new Error('The conditional request failed'), { name: 'ConditionalCheckFailedException' });
}

function missing(table: string | undefined): never {
  throw new Error(`there is no table ${table}`);
}
