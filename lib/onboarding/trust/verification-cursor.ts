import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../../platform/store-error.ts';
import { counterIds } from '../../platform/table-keys.ts';

/**
 * How far the scheduled verification has come: a row of the limits table, whose loss costs one slot of five minutes.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const cursorSchema = v.object({
  /** Slots of five minutes since 1970. */
  slot: count,
  /** Where in the slot; absent: at its beginning. */
  after: v.optional(v.string()),
  /** Ticks that this page has held up already. */
  ticks: v.optional(count),
  tickedAtMs: v.optional(count),
  version: count,
});
export type VerificationCursor = v.InferOutput<typeof cursorSchema>;

export type VerificationCursorStore = {
  /** Consistent. Throws `store.*`, as `write` does. */
  read(): Promise<VerificationCursor | undefined>;
  /** Undefined when somebody else moved it. */
  write(
    before: VerificationCursor,
    after: Omit<VerificationCursor, 'version'>,
  ): Promise<VerificationCursor | undefined>;
};

export function makeVerificationCursorStore({
  dynamo,
  config,
}: {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly limitsTable: string };
}): VerificationCursorStore {
  const table = { TableName: config.limitsTable };
  const key = { counter: counterIds.verification };
  return {
    async read() {
      try {
        const { Item } = await dynamo.send(new GetCommand({ ...table, Key: key, ConsistentRead: true }));
        return Item === undefined ? undefined : v.parse(cursorSchema, Item);
      } catch (error) {
        throw storeError(error, 'the cursor of the verifications could not be read');
      }
    },
    async write(before, after) {
      const item = { ...after, version: before.version + 1 };
      try {
        await dynamo.send(
          new PutCommand({
            ...table,
            Item: { ...key, ...item },
            ConditionExpression: 'attribute_not_exists(#version) OR #version = :version',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':version': before.version },
          }),
        );
        return item;
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        throw storeError(error, 'the cursor of the verifications could not be written');
      }
    },
  };
}
