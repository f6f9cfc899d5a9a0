import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deployedTables } from '../../support/dynamo-tables.ts';

// dynalite comes without types.
const dynalite: (options: { readonly createTableMs: number }) => Server = createRequire(import.meta.url)('dynalite');

export type LocalTables = { readonly dynamo: DynamoDBDocumentClient; close(): Promise<void> };

/** The broker's tables as they are deployed, in dynalite, in this process and in memory, on a free port. */
export async function localTables(): Promise<LocalTables> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite does not listen on a port');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-west-1',
    credentials,
  });
  for (const table of deployedTables()) {
    await client.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }));
  }
  const marshallOptions = { removeUndefinedValues: true };
  return {
    dynamo: DynamoDBDocumentClient.from(client, { marshallOptions }),
    close() {
      client.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
