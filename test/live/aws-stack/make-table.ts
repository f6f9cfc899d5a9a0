import { CreateTableCommand, DeleteTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import type { Place } from '../aws-ground.ts';

const WAIT_SECONDS = 120;

/** A table with the ledger's partition key. */
export async function makeTable(place: Place): Promise<string> {
  const client = new DynamoDBClient(place.accounts.broker.administrator);
  const TableName = `cb-live-${place.suffix}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'recordId', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'recordId', KeyType: 'HASH' }],
    }),
  );
  place.removals.add(`table ${TableName}`, () => client.send(new DeleteTableCommand({ TableName })));
  await waitUntilTableExists({ client, maxWaitTime: WAIT_SECONDS }, { TableName });
  return TableName;
}
