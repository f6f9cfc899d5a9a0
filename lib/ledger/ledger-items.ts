import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../platform/store-error.ts';
import { DUE_SHARD, ledgerIndexes } from '../platform/table-keys.ts';

/** The ledger's table, item by item: one call each, with consistent reads and conditional writes. Throws `store.*`. */
export type LedgerItems = {
  read(recordId: string): Promise<unknown>;
  /** False when there is an item with this id already. */
  putNew(item: object): Promise<boolean>;
  /** False when the condition does not hold. */
  update(input: Omit<UpdateCommandInput, 'TableName'>): Promise<boolean>;
  /** The ids of the issuances that are due, oldest first. */
  due(options: { readonly nowMs: number; readonly limit: number }): Promise<readonly string[]>;
};

export function makeLedgerItems(dynamo: DynamoDBDocumentClient, table: string): LedgerItems {
  return {
    async read(recordId) {
      const command = new GetCommand({ TableName: table, Key: { recordId }, ConsistentRead: true });
      return (await failingAs('the ledger could not be read', () => dynamo.send(command))).Item;
    },

    putNew(item) {
      const isNew = 'attribute_not_exists(recordId)';
      const command = new PutCommand({ TableName: table, Item: { ...item }, ConditionExpression: isNew });
      return unlessConditionFailed(() => dynamo.send(command));
    },

    update: (input) => unlessConditionFailed(() => dynamo.send(new UpdateCommand({ ...input, TableName: table }))),

    async due({ nowMs, limit }) {
      const command = new QueryCommand({
        TableName: table,
        IndexName: ledgerIndexes.due,
        KeyConditionExpression: '#shard = :shard AND #dueAtMs <= :nowMs',
        ExpressionAttributeNames: { '#shard': 'dueShard', '#dueAtMs': 'dueAtMs' },
        ExpressionAttributeValues: { ':shard': DUE_SHARD, ':nowMs': nowMs },
        Limit: limit,
      });
      return failingAs('the due index could not be read', async () => {
        const page = await dynamo.send(command);
        return v.parse(dueSchema, page.Items ?? []).map((item) => item.recordId);
      });
    },
  };
}

const dueSchema = v.array(v.object({ recordId: v.string() }));

async function unlessConditionFailed(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw storeError(error, 'the ledger could not be written');
  }
}

async function failingAs<Answer>(message: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw storeError(error, message);
  }
}
