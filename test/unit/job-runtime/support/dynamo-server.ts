import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

const dynalite: (options: object) => Server = createRequire(import.meta.url)('dynalite');

export type Fault = 'loseResponse' | 'loseRequest' | 'throttle';

/** dynalite in this process, behind a front that counts calls and can break one on its way. */
export type DynamoServer = {
  readonly endpoint: string;
  readonly calls: { operation: string; body: Record<string, unknown> }[];
  /** Breaks the next calls of this operation, one fault each. */
  breakNext(operation: string, faults: readonly Fault[]): void;
  client(options: { readonly maxAttempts: number }): DynamoDBDocumentClient;
  close(): Promise<void>;
};

export async function startDynamoServer(): Promise<DynamoServer> {
  const store = await listen(dynalite({ createTableMs: 0 }));
  const calls: DynamoServer['calls'] = [];
  const broken = new Map<string, Fault[]>();
  const front = await listen(
    createServer((incoming, outgoing) => {
      void handle(incoming, outgoing);
    }),
  );

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await textOf(incoming);
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    calls.push({ operation, body: JSON.parse(body) });
    const fault = broken.get(operation)?.shift();
    if (fault === 'loseRequest') return void outgoing.destroy();
    if (fault === 'throttle') return throttle(outgoing);
    const inner = request({ port: portOf(store), method: 'POST', headers: incoming.headers }, (answer) => {
      if (fault === 'loseResponse') {
        answer.resume();
        answer.on('end', () => outgoing.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    inner.end(body);
  }

  const endpoint = `http://127.0.0.1:${portOf(front)}`;
  return {
    endpoint,
    calls,
    breakNext: (operation, faults) => void broken.set(operation, [...faults]),
    client: ({ maxAttempts }) =>
      DynamoDBDocumentClient.from(
        new DynamoDBClient({
          endpoint,
          region: 'eu-west-1',
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
          maxAttempts,
        }),
      ),
    async close() {
      await Promise.all([store, front].map(closeServer));
    },
  };
}

export async function createTable(client: DynamoDBDocumentClient, name: string, key: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
}

export async function listen(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

export function portOf(server: Server): number {
  const address: string | AddressInfo | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

export async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function throttle(outgoing: ServerResponse): void {
  outgoing.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
  outgoing.end(
    JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException', message: 'slow down' }),
  );
}
