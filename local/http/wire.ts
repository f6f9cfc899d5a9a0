import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../service.ts';

/** The request line and headers of an HTTP request, kept exactly as they were sent: signatures cover the raw text. */
export type WireHead = {
  readonly method: string;
  /** Percent-encoded, without the query; nothing is normalised. */
  readonly path: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** The text after the question mark, as it was sent. */
  readonly rawQuery: string;
  /** Lower-case names; a header that was sent several times is joined with commas, as SigV4 does. */
  readonly headers: ReadonlyMap<string, string>;
  readonly sourceIp: string;
};

export type WireRequest = WireHead & { readonly body: Uint8Array };

export type WireResponse = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
};

/** Reads request line and headers. Throws `ServiceError` `InvalidURI` for a target that cannot be decoded. */
export function readWireHead(incoming: IncomingMessage): WireHead {
  const target = incoming.url ?? '';
  if (!target.startsWith('/')) throw invalidUri('the request target must be a path');
  const [path = '/', ...rest] = target.split('?');
  return {
    method: incoming.method ?? '',
    path,
    query: parseQuery(rest.join('?')),
    rawQuery: rest.join('?'),
    headers: joinHeaders(incoming.rawHeaders),
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
  };
}

/**
 * Reads a body of at most `limitBytes`. The rest is read and dropped before the refusal, so that a client that is still
 * sending sees the answer instead of a broken connection.
 */
export async function readWireBody(incoming: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of incoming) {
    length += part.byteLength;
    if (length <= limitBytes) parts.push(part);
  }
  if (length > limitBytes) {
    throw new ServiceError('RequestEntityTooLarge', 413, `the request body is larger than ${limitBytes} bytes`);
  }
  return Buffer.concat(parts);
}

/** The first value of a query parameter, `''` for one without value, `undefined` for one that was not sent. */
export function queryValue(head: WireHead, name: string): string | undefined {
  return head.query.get(name)?.[0];
}

/** Decodes the percent-encoding of URIs: `+` stands for itself. */
export function decodeUri(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUri('the request target is not well-formed percent-encoded UTF-8');
  }
}

function parseQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [name = '', ...value] = pair.split('=');
    const key = decodeUri(name);
    // The signer keeps the query in a plain object, where this name would drop out of the signature.
    if (key === '__proto__') throw invalidUri('a query parameter may not be named __proto__');
    query.set(key, [...(query.get(key) ?? []), decodeUri(value.join('='))]);
  }
  return query;
}

function joinHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = (rawHeaders[index + 1] ?? '').trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

function invalidUri(message: string): ServiceError {
  return new ServiceError('InvalidURI', 400, message);
}
