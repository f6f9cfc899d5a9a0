import { type DynamoDBDocumentClient, GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { storeError } from '../../platform/store-error.ts';
import { ledgerIndexes } from '../../platform/table-keys.ts';
import { ANNOUNCING_ATTRIBUTES, type AnnouncingRecords, announcingRecordSchema } from './announcing-record.ts';

const ATTRIBUTES = {
  ProjectionExpression: ANNOUNCING_ATTRIBUTES.map((name) => `#${name}`).join(', '),
  ExpressionAttributeNames: Object.fromEntries(ANNOUNCING_ATTRIBUTES.map((name) => [`#${name}`, name])),
};
const typeSchema = v.object({ recordType: v.picklist(['issuance', 'probe', 'pointer']) });
const idsSchema = v.array(v.object({ recordId: v.string() }));
const indexedSchema = v.array(
  v.object({ recordId: v.string(), recordedAtMs: v.number(), recordType: v.optional(v.string(), '') }),
);
/** One STS request is one call. More than one record for it means a pointer or an observation in addition. */
const MOST_OF_ONE_REQUEST = 10;

/**
 * Reads what was announced from the ledger's table: by key with a projection, and by indexes that never hold a ticket.
 */
export function makeAnnouncingRecords({
  dynamo,
  config,
}: {
  readonly dynamo: DynamoDBDocumentClient;
  readonly config: { readonly ledgerTable: string };
}): AnnouncingRecords {
  const TableName = config.ledgerTable;
  async function query<Schema extends v.GenericSchema>(schema: Schema, input: Omit<QueryCommandInput, 'TableName'>) {
    try {
      const { Items = [] } = await dynamo.send(new QueryCommand({ TableName, ...input }));
      return v.parse(schema, Items);
    } catch (error) {
      throw storeError(error, 'an index of the ledger could not be read');
    }
  }
  return {
    async read(recordId) {
      try {
        const command = new GetCommand({ TableName, Key: { recordId }, ConsistentRead: true, ...ATTRIBUTES });
        const { Item } = await dynamo.send(command);
        return v.is(typeSchema, Item) ? v.parse(announcingRecordSchema, Item) : undefined;
      } catch (error) {
        throw storeError(error, 'what was announced could not be read');
      }
    },

    async byStsRequest(stsRequestId) {
      const rows = await query(idsSchema, {
        IndexName: ledgerIndexes.byStsRequest,
        KeyConditionExpression: 'lastStsRequestId = :id',
        ExpressionAttributeValues: { ':id': stsRequestId },
        Limit: MOST_OF_ONE_REQUEST,
      });
      return rows.map(({ recordId }) => recordId);
    },

    ofAccount: ({ accountId, fromMs, toMs, limit }) =>
      query(indexedSchema, {
        IndexName: ledgerIndexes.byAccount,
        KeyConditionExpression: 'accountId = :account AND recordedAtMs BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':account': accountId, ':from': fromMs, ':to': toMs },
        ScanIndexForward: false,
        Limit: limit,
      }),

    ofDay: ({ day, fromMs, toMs, limit, newestFirst = false, after }) =>
      query(indexedSchema, {
        IndexName: ledgerIndexes.byDay,
        KeyConditionExpression: '#day = :day AND recordedAtMs BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: { ':day': day, ':from': fromMs, ':to': toMs },
        ScanIndexForward: !newestFirst,
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: { ...after, day } }),
      }),
  };
}
