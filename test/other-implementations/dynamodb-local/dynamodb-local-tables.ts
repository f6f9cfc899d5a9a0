import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll } from 'vitest';
import { parse } from 'yaml';
import type { Tables } from '../../support/dynamo-tables.ts';

/** Stands in the place of `test/support/dynamo-tables.ts`: the same tables with the same names, in DynamoDB Local. */
export const tables = {
  tenantsTable: 'test-tenants',
  switchesTable: 'test-switches',
  ledgerTable: 'test-ledger',
} as const;

/**
 * DynamoDB Local keeps a database for each access key, so that every file has tables of its own. Source: DynamoDB
 * Developer Guide, "DynamoDB local usage notes", `-sharedDb`.
 */
export function withTables(): Tables {
  const credentials = { accessKeyId: `test${randomBytes(8).toString('hex')}`, secretAccessKey: 'test' };
  const clients: DynamoDBDocumentClient[] = [];

  function client({ maxAttempts = 4 }: { readonly maxAttempts?: number } = {}): DynamoDBDocumentClient {
    const made = DynamoDBDocumentClient.from(
      new DynamoDBClient({ endpoint: endpoint(), region: 'eu-west-1', credentials, maxAttempts }),
      { marshallOptions: { removeUndefinedValues: true } },
    );
    clients.push(made);
    return made;
  }

  beforeAll(async () => {
    const dynamo = client();
    for (const table of deployedTables()) await dynamo.send(new CreateTableCommand(table));
  });

  afterAll(() => {
    for (const made of clients) made.destroy();
  });

  return { client };
}

function endpoint(): string {
  const found = process.env['DYNAMODB_LOCAL_ENDPOINT'];
  if (found === undefined || found === '') {
    throw new Error('DYNAMODB_LOCAL_ENDPOINT names no DynamoDB Local: .ci/other-implementations starts one');
  }
  return found;
}

const resources = v.object({ Resources: v.record(v.string(), v.object({ Properties: v.looseObject({}) })) });

/** As `config/resources/tables.yml` says, whole but for what CreateTable calls otherwise or does not take. */
export function deployedTables(): CreateTableCommand['input'][] {
  const file = new URL('../../../config/resources/tables.yml', import.meta.url);
  const document: unknown = parse(readFileSync(file, 'utf8').replaceAll('${self:custom.prefix}', 'test'), {
    customTags: [{ tag: '!GetAtt', resolve: (value: string) => value }],
  });
  return Object.values(v.parse(resources, document).Resources).map(({ Properties }) => {
    const { StreamSpecification: stream, ...properties } = Properties;
    const kept = Object.entries(properties).filter(([name]) => CREATE_TABLE_TAKES.has(name));
    return v.parse(tableInput, {
      ...Object.fromEntries(kept),
      // CloudFormation leaves out that a stream is on where its view is named.
      ...(stream !== undefined && { StreamSpecification: { ...Object(stream), StreamEnabled: true } }),
    });
  });
}

const CREATE_TABLE_TAKES: ReadonlySet<string> = new Set([
  'TableName',
  'AttributeDefinitions',
  'KeySchema',
  'GlobalSecondaryIndexes',
  'BillingMode',
  'DeletionProtectionEnabled',
]);

const tableInput = v.custom<CreateTableCommand['input']>(
  (value) => typeof value === 'object' && value !== null && 'TableName' in value && 'KeySchema' in value,
);
