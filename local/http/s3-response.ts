import type { ServiceAnswer } from '../service.ts';
import type { WireResponse } from './wire.ts';
import { toXmlValue, writeXmlDocument } from './xml.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Writes the answer of an S3 operation: documents as XML, objects as their bytes with everything else in headers. */
export function encodeS3Answer(action: string, answer: ServiceAnswer): WireResponse {
  switch (action) {
    case 'ListBuckets': {
      const { Buckets, ...rest } = answer;
      return document('ListAllMyBucketsResult', { ...rest, Buckets: { Bucket: Buckets } });
    }
    case 'GetPublicAccessBlock':
      return document('PublicAccessBlockConfiguration', answer['PublicAccessBlockConfiguration']);
    case 'GetBucketEncryption':
      return document('ServerSideEncryptionConfiguration', encryptionRules(answer));
    case 'ListObjectsV2':
      return document('ListBucketResult', encodeKeys(answer));
    case 'HeadBucket':
      return { statusCode: 200, headers: headersOf(answer, bucketHeaders), body: '' };
    default:
      return objectResponse(answer);
  }
}

const bucketHeaders: Readonly<Record<string, string>> = { BucketRegion: 'x-amz-bucket-region' };

const objectHeaders: Readonly<Record<string, string>> = {
  AcceptRanges: 'accept-ranges',
  ContentLength: 'content-length',
  ContentRange: 'content-range',
  ContentType: 'content-type',
  ETag: 'etag',
  LastModified: 'last-modified',
  ObjectLockMode: 'x-amz-object-lock-mode',
  ServerSideEncryption: 'x-amz-server-side-encryption',
};

function objectResponse(answer: ServiceAnswer): WireResponse {
  const metadata = Object.entries(answer['Metadata'] ?? {}).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const lockedUntil = answer['ObjectLockRetainUntilDate'];
  return {
    statusCode: answer['ContentRange'] === undefined ? 200 : 206,
    headers: {
      ...headersOf(answer, objectHeaders),
      ...Object.fromEntries(metadata),
      // The only date of an object that is in ISO 8601.
      ...(lockedUntil instanceof Date && { 'x-amz-object-lock-retain-until-date': lockedUntil.toISOString() }),
    },
    body: answer['Body'] instanceof Uint8Array ? answer['Body'] : '',
  };
}

function headersOf(answer: ServiceAnswer, names: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [member, header] of Object.entries(names)) {
    const value = answer[member];
    if (value !== undefined) headers[header] = value instanceof Date ? value.toUTCString() : String(value);
  }
  return headers;
}

function encryptionRules(answer: ServiceAnswer): unknown {
  const configuration = answer['ServerSideEncryptionConfiguration'];
  return isRecord(configuration) ? { Rule: configuration['Rules'] } : undefined;
}

/** With `EncodingType` `url`, the members that hold keys are percent-encoded, so that XML can carry any key. */
function encodeKeys(answer: ServiceAnswer): unknown {
  return answer['EncodingType'] === 'url' ? encodeMembers(answer) : answer;
}

const keyMembers: ReadonlySet<string> = new Set(['Delimiter', 'Key', 'Prefix', 'StartAfter']);

function encodeMembers(value: unknown, member = ''): unknown {
  if (typeof value === 'string' && keyMembers.has(member)) return encodeURIComponent(value).replaceAll('%2F', '/');
  if (Array.isArray(value)) return value.map((entry) => encodeMembers(entry, member));
  if (!isRecord(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, encodeMembers(inner, name)]));
}

function document(name: string, value: unknown): WireResponse {
  const body = writeXmlDocument({ name, namespace }, toXmlValue(value), 'flat');
  return { statusCode: 200, headers: { 'content-type': 'application/xml' }, body };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
