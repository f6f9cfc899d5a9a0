import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { storeError } from './store-error.ts';

/**
 * Reads records of the ledger by key, consistently, and only the given attributes: the roles of the functions that use
 * this may read no others. Undefined means that there is no such record. Throws `store.*`; `store.itemInvalid` when the
 * record does not have the expected shape.
 */
export function makeProjectedRecord({
  dynamo,
  config,
  attributes,
}: {
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly config: { readonly ledgerTable: string };
  readonly attributes: readonly string[];
}) {
  const names = attributes.map((attribute, index) => [`#a${index}`, attribute] as const);
  return async <Schema extends v.GenericSchema>(
    recordId: string,
    schema: Schema,
  ): Promise<v.InferOutput<Schema> | undefined> => {
    const wanted = new GetCommand({
      TableName: config.ledgerTable,
      Key: { recordId },
      ConsistentRead: true,
      ProjectionExpression: names.map(([name]) => name).join(', '),
      ExpressionAttributeNames: Object.fromEntries(names),
    });
    const { Item: item } = await dynamo.send(wanted).catch((error: unknown) => {
      throw storeError(error, 'the ledger could not be read');
    });
    if (item === undefined) return undefined;
    const parsed = v.safeParse(schema, item);
    if (parsed.success) return parsed.output;
    throw new BrokerError('store.itemInvalid', `the item ${recordId} of the ledger cannot be read`);
  };
}
