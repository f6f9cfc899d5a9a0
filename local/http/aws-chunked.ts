import { timingSafeEqual } from 'node:crypto';
import { hmacSha256, sha256Hex } from './node-sha256.ts';

/** The values with which the signatures of a chunked upload are chained. */
export type ChunkSigning = {
  readonly secretAccessKey: string;
  /** The value of `x-amz-date`. */
  readonly longDate: string;
  /** `<yyyymmdd>/<region>/<service>/aws4_request`. */
  readonly scope: string;
  /** The signature of the request's headers. */
  readonly seedSignature: string;
};

export type AwsChunkedBody = { readonly body: Uint8Array; readonly trailers: ReadonlyMap<string, string> };

const crlf = '\r\n';
const maximumLineBytes = 8_192;

/**
 * Decodes an `aws-chunked` body and, given `signing`, checks the signature of every chunk and of the trailer
 * (Amazon S3 API reference, "Signature calculations: transferring payload in multiple chunks"). `undefined` when
 * anything does not fit, trailing bytes included.
 */
export function decodeAwsChunked(encoded: Uint8Array, signing?: ChunkSigning): AwsChunkedBody | undefined {
  const reader = { bytes: Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength), offset: 0 };
  const chain = signing === undefined ? undefined : createSignatureChain(signing);
  const parts: Buffer[] = [];
  for (;;) {
    const chunk = readChunk(reader, chain);
    if (chunk === undefined) return undefined;
    if (chunk.byteLength === 0) break;
    parts.push(chunk);
  }
  const trailers = readTrailers(reader, chain);
  if (trailers === undefined || reader.offset !== reader.bytes.byteLength) return undefined;
  return { body: Buffer.concat(parts), trailers };
}

type Reader = { readonly bytes: Buffer; offset: number };
type SignatureChain = {
  acceptsChunk(chunk: Buffer, signature: string): boolean;
  acceptsTrailer(text: string, signature: string): boolean;
};

function readChunk(reader: Reader, chain: SignatureChain | undefined): Buffer | undefined {
  const match = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(readLine(reader) ?? '');
  const size = Number.parseInt(match?.[1] ?? '', 16);
  if (match === null || reader.offset + size > reader.bytes.byteLength) return undefined;
  const chunk = reader.bytes.subarray(reader.offset, reader.offset + size);
  reader.offset += size;
  if (size > 0 && readLine(reader) !== '') return undefined;
  if (chain !== undefined && !chain.acceptsChunk(chunk, match[2] ?? '')) return undefined;
  return chunk;
}

/** Reads `name:value` lines up to the empty line; a signed trailer ends with its own signature. */
function readTrailers(reader: Reader, chain: SignatureChain | undefined): ReadonlyMap<string, string> | undefined {
  const trailers = new Map<string, string>();
  let signature: string | undefined;
  for (;;) {
    const line = readLine(reader);
    if (line === undefined) return undefined;
    if (line === '') break;
    const [name = '', ...value] = line.split(':');
    const text = value.join(':').trim();
    if (name.toLowerCase() === 'x-amz-trailer-signature') signature = text;
    else trailers.set(name.toLowerCase(), text);
  }
  if (chain === undefined || trailers.size === 0) return trailers;
  const signed = [...trailers].map(([name, value]) => `${name}:${value}\n`).join('');
  return chain.acceptsTrailer(signed, signature ?? '') ? trailers : undefined;
}

function readLine(reader: Reader): string | undefined {
  const end = reader.bytes.indexOf(crlf, reader.offset, 'latin1');
  if (end < 0 || end - reader.offset > maximumLineBytes) return undefined;
  const line = reader.bytes.toString('latin1', reader.offset, end);
  reader.offset = end + crlf.length;
  return line;
}

function createSignatureChain(signing: ChunkSigning): SignatureChain {
  const key = signing.scope.split('/').reduce<Buffer | string>(hmacSha256, `AWS4${signing.secretAccessKey}`);
  let previous = signing.seedSignature;
  const accepts = (lines: readonly string[], signature: string): boolean => {
    const [algorithm = '', ...rest] = lines;
    const toSign = [algorithm, signing.longDate, signing.scope, previous, ...rest].join('\n');
    const expected = hmacSha256(key, toSign);
    const given = Buffer.from(signature, 'hex');
    previous = expected.toString('hex');
    return given.byteLength === expected.byteLength && timingSafeEqual(given, expected);
  };
  return {
    acceptsChunk: (chunk, signature) =>
      accepts(['AWS4-HMAC-SHA256-PAYLOAD', sha256Hex(''), sha256Hex(chunk)], signature),
    acceptsTrailer: (text, signature) => accepts(['AWS4-HMAC-SHA256-TRAILER', sha256Hex(text)], signature),
  };
}
