import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { isConditionFailed, storeError } from '../../platform/store-error.ts';
import { CORRELATION_SHARD, ledgerIndexes, observationRecordId } from '../../platform/table-keys.ts';
import type { ObservationLedger } from './observation-ledger.ts';
import { observationRecordSchema } from './observation-record.ts';

const dueSchema = v.array(v.object({ recordId: v.string() }));

/**
 * Keeps observations in the ledger's table, each checked against the closed schema when it is written and when it is
 * read.
 */
export function makeObservationLedger({
  dynamo,
  config,
}: {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly ledgerTable: string };
}): ObservationLedger {
  const TableName = config.ledgerTable;
  return {
    async read(recordId) {
      try {
        const { Item } = await dynamo.send(new GetCommand({ TableName, Key: { recordId }, ConsistentRead: true }));
        return Item === undefined ? undefined : v.parse(observationRecordSchema, Item);
      } catch (error) {
        throw storeError(error, 'an observation could not be read');
      }
    },

    async write(before, after) {
      try {
        const Item = v.parse(observationRecordSchema, after);
        const unmoved =
          before === undefined
            ? { ConditionExpression: 'attribute_not_exists(recordId)' }
            : {
                ConditionExpression: '#version = :version',
                ExpressionAttributeNames: { '#version': 'version' },
                ExpressionAttributeValues: { ':version': before.version },
              };
        await dynamo.send(new PutCommand({ TableName, Item, ...unmoved }));
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw storeError(error, 'an observation could not be written');
      }
    },

    async due({ nowMs, limit }) {
      const ids: string[] = [];
      let last: QueryCommandInput['ExclusiveStartKey'];
      try {
        do {
          // Without the filter, anyone who writes issuances could fill the head of the shard for good, with any number
          // of them.
          const command = new QueryCommand({
            TableName,
            IndexName: ledgerIndexes.due,
            KeyConditionExpression: 'dueShard = :shard AND dueAtMs <= :nowMs',
            FilterExpression: 'begins_with(recordId, :seen)',
            ExpressionAttributeValues: {
              ':shard': CORRELATION_SHARD,
              ':nowMs': nowMs,
              ':seen': observationRecordId(''),
            },
            ...(last === undefined ? {} : { ExclusiveStartKey: last }),
          });
          const { Items = [], LastEvaluatedKey } = await dynamo.send(command);
          ids.push(...v.parse(dueSchema, Items).map(({ recordId }) => recordId));
          last = LastEvaluatedKey;
        } while (last !== undefined && ids.length < limit);
        return ids.slice(0, limit);
      } catch (error) {
        throw storeError(error, 'what is due could not be read');
      }
    },
  };
}
