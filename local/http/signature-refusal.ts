import { ServiceError } from '../service.ts';
import type { Codec } from './codec.ts';

/** Why a request was not authenticated. */
export type SignatureRefusal = { readonly reason: SignatureRefusalReason; readonly message: string };

export type SignatureRefusalReason =
  | 'missing'
  | 'malformed'
  | 'presigned'
  | 'unknownKey'
  | 'wrongToken'
  | 'wrongSignature'
  | 'bodyMismatch'
  | 'expiredSession'
  | 'skewedDate';

/** AWS names the same refusal differently in each protocol, and its clients act on these names. */
const codes: Readonly<Record<SignatureRefusalReason, Readonly<Record<Codec['family'], string>>>> = {
  missing: {
    query: 'MissingAuthenticationToken',
    json: 'MissingAuthenticationTokenException',
    // Real S3 treats an unsigned request as an anonymous one; buckets here are never public.
    s3: 'AccessDenied',
  },
  malformed: {
    query: 'IncompleteSignature',
    json: 'IncompleteSignatureException',
    s3: 'AuthorizationHeaderMalformed',
  },
  presigned: { query: 'NotImplemented', json: 'NotImplemented', s3: 'NotImplemented' },
  unknownKey: { query: 'InvalidClientTokenId', json: 'UnrecognizedClientException', s3: 'InvalidAccessKeyId' },
  wrongToken: { query: 'InvalidClientTokenId', json: 'UnrecognizedClientException', s3: 'InvalidToken' },
  wrongSignature: { query: 'SignatureDoesNotMatch', json: 'InvalidSignatureException', s3: 'SignatureDoesNotMatch' },
  bodyMismatch: { query: 'SignatureDoesNotMatch', json: 'InvalidSignatureException', s3: 'XAmzContentSHA256Mismatch' },
  expiredSession: { query: 'ExpiredToken', json: 'ExpiredTokenException', s3: 'ExpiredToken' },
  skewedDate: { query: 'RequestExpired', json: 'RequestExpired', s3: 'RequestTimeTooSkewed' },
};

/** The error that a client of this protocol family sees: 403, or 501 for presigned requests. */
export function refusalError(refusal: SignatureRefusal, family: Codec['family']): ServiceError {
  return new ServiceError(codes[refusal.reason][family], refusal.reason === 'presigned' ? 501 : 403, refusal.message);
}
