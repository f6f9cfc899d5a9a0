import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What Athena is asked, in order: the action, and its input. */
export type AthenaAsked = {
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly authorization: string;
};
export type AthenaReply = { readonly status?: number; readonly body: unknown };

/** Answers by action, the n-th reply to the n-th call; the last one to every call after it. */
export type AthenaReplies = Readonly<Record<string, readonly AthenaReply[]>>;

export type AthenaServer = {
  readonly url: string;
  readonly asked: readonly AthenaAsked[];
  close(): Promise<void>;
};

/** Something that answers as Athena does, on a free port. */
export async function startAthena(
  replies: AthenaReplies,
  onCall: (asked: AthenaAsked) => void = () => undefined,
): Promise<AthenaServer> {
  const asked: AthenaAsked[] = [];
  const server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).replace(/^AmazonAthena\./, '');
    const call = {
      action,
      input: JSON.parse(await textOf(request)) as Record<string, unknown>,
      authorization: String(request.headers.authorization),
    };
    const count = asked.filter((each) => each.action === action).length;
    asked.push(call);
    onCall(call);
    const all = replies[action] ?? [];
    const { status = 200, body } = all[Math.min(count, all.length - 1)] ?? { status: 400, body: { __type: 'Unknown' } };
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export const started: AthenaReply = { body: { QueryExecutionId: 'query-1' } };

export function execution(State: string, more: Readonly<Record<string, unknown>> = {}, scanned = 0): AthenaReply {
  const Statistics = { DataScannedInBytes: scanned };
  return { body: { QueryExecution: { StatementType: 'DML', Status: { State, ...more }, Statistics } } };
}

export type Column = readonly [name: string, type: string];

/** A page of rows as Athena gives it; null is a cell without a value. */
export function results(
  columns: readonly Column[],
  rows: readonly (readonly (string | null)[])[],
  NextToken?: string,
): AthenaReply {
  const data = rows.map((row) => ({
    Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
  }));
  const ColumnInfo = columns.map(([Name, Type]) => ({ Name, Type }));
  return {
    body: {
      ResultSet: { Rows: data, ResultSetMetadata: { ColumnInfo } },
      ...(NextToken !== undefined && { NextToken }),
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}
