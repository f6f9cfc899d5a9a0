import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll } from 'vitest';
import { parse } from 'yaml';

// dynalite comes without types.
const dynalite: (options: { readonly createTableMs: number }) => Server = createRequire(import.meta.url)('dynalite');

const attribute = v.object({ AttributeName: v.string(), AttributeType: v.picklist(['S', 'N', 'B']) });
const key = v.object({ AttributeName: v.string(), KeyType: v.picklist(['HASH', 'RANGE']) });
const tableSchema = v.object({
  TableName: v.string(),
  AttributeDefinitions: v.array(attribute),
  KeySchema: v.array(key),
  GlobalSecondaryIndexes: v.optional(
    v.array(
      v.object({
        IndexName: v.string(),
        KeySchema: v.array(key),
        Projection: v.object({
          ProjectionType: v.picklist(['KEYS_ONLY', 'ALL', 'INCLUDE']),
          NonKeyAttributes: v.optional(v.array(v.string())),
        }),
      }),
    ),
  ),
});

export const tables = {
  tenantsTable: 'test-tenants',
  switchesTable: 'test-switches',
  ledgerTable: 'test-ledger',
} as const;

export type Tables = {
  /** A client of its own, with the settings of the broker's. */
  client(options?: { readonly maxAttempts?: number }): DynamoDBDocumentClient;
};

/**
 * The broker's tables, for the tests of the file that calls this: in dynalite, in this process, on a free port, made
 * as `config/resources/tables.yml` deploys them.
 */
export function withTables(): Tables {
  const server = dynalite({ createTableMs: 0 });
  const clients: DynamoDBDocumentClient[] = [];
  let endpoint = '';

  function client({ maxAttempts = 4 }: { readonly maxAttempts?: number } = {}): DynamoDBDocumentClient {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const made = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts }),
      { marshallOptions: { removeUndefinedValues: true } },
    );
    clients.push(made);
    return made;
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    endpoint = `http://127.0.0.1:${portOf(server.address())}`;
    const dynamo = client();
    for (const table of deployedTables()) {
      await dynamo.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }));
    }
  });

  afterAll(async () => {
    for (const made of clients) made.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  });

  return { client };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('dynalite does not listen on a port');
  return address.port;
}

/** As `config/resources/tables.yml` has them. */
export function deployedTables(): CreateTableCommand['input'][] {
  const text = readFileSync(new URL('../../config/resources/tables.yml', import.meta.url), 'utf8');
  const document: unknown = parse(text.replaceAll('${self:custom.prefix}', 'test'), {
    customTags: [{ tag: '!GetAtt', resolve: (value: string) => value }],
  });
  const { Resources } = v.parse(
    v.object({ Resources: v.record(v.string(), v.object({ Properties: tableSchema })) }),
    document,
  );
  return Object.values(Resources).map(({ Properties: { GlobalSecondaryIndexes: indexes, ...table } }) => ({
    ...table,
    ...(indexes === undefined ? {} : { GlobalSecondaryIndexes: indexes }),
  }));
}
