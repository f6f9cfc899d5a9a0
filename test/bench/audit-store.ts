import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { type BenchSize, benchRecords } from './audit-records.ts';

/**
 * A process of its own that holds the ledger of the bench in dynalite and serves it: whoever asks measures its own
 * processor time, and none of the store's. `argv`: the size as JSON; it tells its port as a message once it is loaded.
 */
// dynalite comes without types for its server.
const dynalite: (options: { readonly createTableMs: number; readonly path?: string }) => EventEmitter = createRequire(
  import.meta.url,
)('dynalite');

type Size = BenchSize & { readonly path?: string };
const { path, ...size } = JSON.parse(process.argv[2] ?? '{}') as Size;
const isLoaded = path !== undefined && existsSync(path);
const store = dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
const HEADERS = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20000101T000000Z',
  authorization: 'AWS4-HMAC-SHA256 Credential=bench, SignedHeaders=host, Signature=bench',
};

/** One operation, handed to dynalite's listener without a socket. */
function call(action: string, input: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { ...HEADERS, 'x-amz-target': `DynamoDB_20120810.${action}` };
    const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
    const response = {
      statusCode: 200,
      setHeader: () => response,
      end: (body: string) => (response.statusCode === 200 ? resolve() : reject(new Error(body))),
    };
    store.emit('request', request, response);
    request.emit('data', Buffer.from(JSON.stringify(input), 'utf8'));
    request.emit('end');
  });
}

async function createTables(): Promise<void> {
  const text = readFileSync(new URL('../../config/resources/tables.yml', import.meta.url), 'utf8');
  const { Resources } = parse(text.replaceAll('${self:custom.prefix}', 'test'), {
    customTags: [{ tag: '!GetAtt', resolve: (value: string) => value }],
  });
  for (const { Properties } of Object.values<{ Properties: Record<string, unknown> }>(Resources)) {
    const { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = Properties;
    const indexes = GlobalSecondaryIndexes === undefined ? {} : { GlobalSecondaryIndexes };
    await call('CreateTable', {
      TableName,
      AttributeDefinitions,
      KeySchema,
      BillingMode: 'PAY_PER_REQUEST',
      ...indexes,
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** A JSON value in DynamoDB's own spelling. */
function marshalled(value: unknown): { readonly M?: object } {
  if (typeof value === 'string') return { S: value } as object;
  if (typeof value === 'number') return { N: String(value) } as object;
  if (typeof value === 'boolean') return { BOOL: value } as object;
  if (Array.isArray(value)) return { L: value.map(marshalled) } as object;
  const members = Object.entries(value as object).filter(([, member]) => member !== undefined);
  return { M: Object.fromEntries(members.map(([name, member]) => [name, marshalled(member)])) };
}

async function load(): Promise<void> {
  let batch: object[] = [];
  const flush = async () => {
    if (batch.length > 0) await call('BatchWriteItem', { RequestItems: { 'test-ledger': batch } });
    batch = [];
  };
  for (const record of benchRecords(size)) {
    batch.push({ PutRequest: { Item: marshalled(record).M } });
    if (batch.length === 25) await flush();
  }
  await flush();
}

// What was loaded into a folder before is measured again as it is.
if (!isLoaded) {
  await createTables();
  await load();
}
const listener: RequestListener = (request, response) => void store.emit('request', request, response);
const server = createServer({ keepAlive: true }, listener);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
