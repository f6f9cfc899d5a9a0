import { BatchGetCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { deployedTables } from '../../support/dynamo-tables.ts';
import type { Store } from '../../support/faulty-world/store.ts';
import { type Item, readUnits, refusedWriteUnits, type TableShape, writeUnits } from './capacity-units.ts';
import { itemBytes } from './item-size.ts';

/** One call that reached a table, what it cost, and what it changed. */
export type MeteredCall = {
  readonly action: 'get' | 'batchGet' | 'query' | 'put' | 'update';
  readonly table: string;
  readonly index?: string;
  readonly readUnits: number;
  readonly writeUnits: number;
  readonly change?: { readonly before: Item | undefined; readonly after: Item };
};

type Send = Store['send'];

/** The same store, every call of which is told with its units, by AWS's rules and the sizes of the items. */
export function meteredStore(store: Store, told: (call: MeteredCall) => void): Store {
  return { ...store, send: async (command) => metered(command, store.send, told) };
}

/** Of every table of `config/resources/tables.yml`, by its name in tests. */
export function tableShapes(): ReadonlyMap<string, TableShape> {
  return new Map(
    deployedTables().map(({ TableName, KeySchema = [], GlobalSecondaryIndexes = [] }) => {
      const indexes = GlobalSecondaryIndexes.map(({ IndexName, KeySchema: of = [], Projection }) => ({
        name: IndexName ?? '',
        keys: namesIn(of),
        projected: Projection?.ProjectionType === 'ALL' ? ('all' as const) : (Projection?.NonKeyAttributes ?? []),
      }));
      return [TableName ?? '', { keys: namesIn(KeySchema), indexes }];
    }),
  );
}

const shapes = tableShapes();

function namesIn(keys: readonly { readonly AttributeName?: string | undefined }[]): readonly string[] {
  return keys.map(({ AttributeName }) => AttributeName ?? '');
}

async function metered(command: unknown, send: Send, told: (call: MeteredCall) => void): Promise<object> {
  if (command instanceof PutCommand || command instanceof UpdateCommand) return meteredWrite(command, send, told);
  const answer = await send(command);
  for (const call of callsOf(command, await whole(command, answer, send))) told(call);
  return answer;
}

/** What a projection leaves out of an answer is paid for all the same. */
async function whole(command: unknown, answer: object, send: Send): Promise<object> {
  if (!(command instanceof GetCommand) || command.input.ProjectionExpression === undefined) return answer;
  const { TableName, Key } = command.input;
  return send(new GetCommand({ TableName, Key, ConsistentRead: true }));
}

async function meteredWrite(
  command: PutCommand | UpdateCommand,
  send: Send,
  told: (call: MeteredCall) => void,
): Promise<object> {
  const table = command.input.TableName ?? '';
  const shape = shapeOf(table);
  const whole: Item = command instanceof PutCommand ? (command.input.Item ?? {}) : (command.input.Key ?? {});
  const key = Object.fromEntries(shape.keys.map((name) => [name, whole[name]]));
  const now = async () => itemIn(await send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true })));
  const action = command instanceof PutCommand ? 'put' : 'update';
  const before = await now();
  let answer: object;
  try {
    answer = await send(command);
  } catch (error) {
    told({ action, table, readUnits: 0, writeUnits: refusedWriteUnits(before) });
    throw error;
  }
  const after = (await now()) ?? {};
  told({ action, table, readUnits: 0, writeUnits: writeUnits(shape, before, after), change: { before, after } });
  return answer;
}

function callsOf(command: unknown, answer: object): readonly MeteredCall[] {
  const free = { writeUnits: 0 };
  if (command instanceof GetCommand) {
    const { TableName: table = '', ConsistentRead: consistent = false } = command.input;
    const units = readUnits(itemBytes(itemIn(answer) ?? {}), { consistent });
    return [{ action: 'get', table, readUnits: units, ...free }];
  }
  if (command instanceof QueryCommand) {
    const { TableName: table = '', IndexName: index, ConsistentRead: consistent = false } = command.input;
    // What a query passes over and what it leaves out of its answer is paid for too; the broker's queries do neither.
    const bytes = membersOf(answer, 'Items').reduce<number>((sum, item) => sum + itemBytes(item), 0);
    const where = index === undefined ? { table } : { table, index };
    return [{ action: 'query', ...where, readUnits: readUnits(bytes, { consistent }), ...free }];
  }
  if (command instanceof BatchGetCommand) {
    return Object.entries(command.input.RequestItems ?? {}).map(([table, { Keys = [], ConsistentRead = false }]) => {
      const found = membersOf('Responses' in answer ? answer.Responses : {}, table);
      const consistent = ConsistentRead;
      const ofFound = found.reduce<number>((sum, item) => sum + readUnits(itemBytes(item), { consistent }), 0);
      const ofMissing = (Keys.length - found.length) * readUnits(0, { consistent });
      return { action: 'batchGet', table, readUnits: ofFound + ofMissing, ...free };
    });
  }
  throw new Error('a command whose units are not known');
}

function shapeOf(table: string): TableShape {
  const shape = shapes.get(table);
  if (shape === undefined) throw new Error(`there is no table ${table}`);
  return shape;
}

function itemIn(answer: object): Item | undefined {
  return 'Item' in answer && isItem(answer.Item) ? answer.Item : undefined;
}

function membersOf(of: unknown, name: string): readonly Item[] {
  const members: unknown = isItem(of) ? of[name] : undefined;
  return Array.isArray(members) ? members.filter(isItem) : [];
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
