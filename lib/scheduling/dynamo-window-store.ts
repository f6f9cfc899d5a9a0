import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { limitIds } from '../platform/table-keys.ts';
import { type Agenda, agendaSchema, type Window, windowName, windowSchema } from './window.ts';
import type { WindowStore } from './window-store.ts';

export type WindowStoreDependencies = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly limitsTable: string };
};

/** The windows in the limits table: consistent reads, conditional writes, every item checked against its schema. */
export function makeWindowStore({ dynamo, config }: WindowStoreDependencies): WindowStore {
  const TableName = config.limitsTable;

  async function read<Item>(counter: string, schema: v.GenericSchema<unknown, Item>): Promise<Item | undefined> {
    try {
      const { Item } = await dynamo.send(new GetCommand({ TableName, Key: { counter }, ConsistentRead: true }));
      return Item === undefined ? undefined : v.parse(schema, Item);
    } catch (error) {
      throw storeError(error, 'a window could not be read');
    }
  }

  /** On the condition of its version; whoever's answer was lost finds its own write and goes by that. */
  async function write<Item extends Agenda | Window>(
    before: Item | undefined,
    after: Item,
    schema: v.GenericSchema<unknown, Item>,
  ): Promise<boolean> {
    try {
      await dynamo.send(new PutCommand({ TableName, Item: v.parse(schema, after), ...conditionOf(before) }));
      return true;
    } catch (error) {
      if (isConditionFailed(error)) return false;
      throw storeError(error, 'a window could not be written');
    }
  }

  return {
    readAgenda: (schedule) => read(limitIds.schedule(schedule), agendaSchema),
    writeAgenda: (before, after) => write(before, after, agendaSchema),
    readWindow: ({ schedule, startMs }) => read(limitIds.window(schedule, windowName(startMs)), windowSchema),
    createWindow: (window) => write(undefined, window, windowSchema),
    writeWindow: (before, after) => write(before, after, windowSchema),
  };
}

function conditionOf(before: { readonly version: number } | undefined) {
  if (before === undefined) return { ConditionExpression: 'attribute_not_exists(#counter)', ...names('counter') };
  return {
    ConditionExpression: '#version = :version',
    ...names('version'),
    ExpressionAttributeValues: { ':version': before.version },
  };
}

function names(name: string) {
  return { ExpressionAttributeNames: { [`#${name}`]: name } };
}
