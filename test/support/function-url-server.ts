import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it; signatures are not checked here. */
export type SeenRequest = {
  /** `GET /tenants/acme`. */
  readonly asked: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
};

export type Reply = {
  readonly status?: number;
  readonly json?: unknown;
  /** Instead of JSON. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Never answers. */
  readonly silent?: boolean;
  /** Closes the connection without an answer. */
  readonly hangUp?: boolean;
};

/** Replies to the n-th request, counted from 0. */
export type Replies = (request: SeenRequest, count: number) => Reply;

export type FunctionUrlServer = {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
};

/** A server on a free port that records what it is asked and replies what it is told to. */
export async function startFunctionUrlServer(replies: Replies): Promise<FunctionUrlServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => {
      seen.push(request);
      answer(response, replies(request, seen.length - 1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const text = Buffer.concat(parts).toString('utf8');
  return {
    asked: `${incoming.method} ${url.pathname}`,
    query: Object.fromEntries(url.searchParams),
    body: text === '' ? undefined : JSON.parse(text),
    headers: incoming.headers,
  };
}

function answer(response: ServerResponse, { status = 200, json = {}, raw, headers = {}, silent, hangUp }: Reply): void {
  if (silent === true) return;
  if (hangUp === true) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(raw ?? JSON.stringify(json));
}
