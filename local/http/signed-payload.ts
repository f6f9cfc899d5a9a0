import { timingSafeEqual } from 'node:crypto';
import { type ChunkSigning, decodeAwsChunked } from './aws-chunked.ts';
import { sha256Hex } from './node-sha256.ts';
import type { SignatureRefusal } from './signature-refusal.ts';
import type { WireRequest } from './wire.ts';

/** The body that the client meant, or why it is not the one that was signed. */
export type PayloadCheck =
  | { readonly accepted: true; readonly request: WireRequest }
  | { readonly accepted: false; readonly refusal: SignatureRefusal };

/**
 * Compares the body with `x-amz-content-sha256` and removes `aws-chunked` framing. Unsigned and chunked payloads exist
 * for S3 only; elsewhere the hash must be the body's, or absent (the signature then covers the computed one).
 */
export function checkPayload(request: WireRequest, signing: ChunkSigning): PayloadCheck {
  const declared = request.headers.get('x-amz-content-sha256');
  const isS3 = signing.scope.split('/')[2] === 's3';
  if (declared === undefined) return isS3 ? refused('S3 requests must carry x-amz-content-sha256') : accepted(request);
  if (/^[0-9a-f]{64}$/.test(declared)) {
    const matches = timingSafeEqual(Buffer.from(declared, 'hex'), Buffer.from(sha256Hex(request.body), 'hex'));
    return matches ? accepted(request) : refused('the body does not have the SHA-256 that x-amz-content-sha256 names');
  }
  if (!isS3) return refused(`x-amz-content-sha256 must be a SHA-256, not ${declared}`);
  switch (declared) {
    case 'UNSIGNED-PAYLOAD':
      return accepted(request);
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return unframe(request);
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return unframe(request, signing);
    default:
      return refused(`the embedded stack does not know the payload signature ${declared}`);
  }
}

function unframe(request: WireRequest, signing?: ChunkSigning): PayloadCheck {
  const decoded = decodeAwsChunked(request.body, signing);
  if (decoded === undefined) return refused('the aws-chunked body is not well-formed, or a chunk signature is wrong');
  if (request.headers.get('x-amz-decoded-content-length') !== String(decoded.body.byteLength)) {
    return refused('x-amz-decoded-content-length is not the length of the decoded body');
  }
  const headers = new Map(request.headers);
  for (const [name, value] of decoded.trailers) {
    // Only checksums may come in a trailer: any other header there would be one that nobody signed.
    if (!/^x-amz-checksum-[a-z0-9]+$/.test(name) || headers.has(name)) return refused(`unexpected trailer ${name}`);
    headers.set(name, value);
  }
  return accepted({ ...request, headers, body: decoded.body });
}

function accepted(request: WireRequest): PayloadCheck {
  return { accepted: true, request };
}

function refused(message: string): PayloadCheck {
  return { accepted: false, refusal: { reason: 'bodyMismatch', message } };
}
