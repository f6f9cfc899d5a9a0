import { ServiceError } from '../service.ts';
import type { DecodedCall } from './codec.ts';
import { decodeUri, queryValue, type WireRequest } from './wire.ts';

/**
 * Reads a path-style S3 request: method, bucket, key and sub-resource determine the operation. An operation that this
 * S3 does not have is refused (`NotImplemented`, 501) and never taken for a similar one.
 */
export function decodeS3Request(request: WireRequest): DecodedCall {
  const [, bucket = '', ...keyParts] = request.path.split('/');
  const Bucket = decodeUri(bucket);
  const Key = decodeUri(keyParts.join('/'));
  if (Bucket === '') return decodeServiceRequest(request);
  const isPut = request.method === 'PUT' && Key !== '';
  refuseUnsupportedHeaders(request, isPut ? new Set(['if-none-match']) : new Set());
  const decoded = Key === '' ? decodeBucketRequest(request, Bucket) : decodeObjectRequest(request, { Bucket, Key });
  const ExpectedBucketOwner = request.headers.get('x-amz-expected-bucket-owner');
  if (ExpectedBucketOwner === undefined) return decoded;
  return { ...decoded, input: { ...decoded.input, ExpectedBucketOwner } };
}

/** Headers that change the effect of an operation, and that this S3 does not support. */
const unsupportedHeader =
  /^(if-.+|x-amz-(acl|copy-source|grant|object-lock|server-side-encryption|storage-class|tagging|website|write-offset).*)$/;

const checksumHeader = /^(content-md5|x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256))$/;

function refuseUnsupportedHeaders(request: WireRequest, honoured: ReadonlySet<string>): void {
  const found = [...request.headers.keys()].find((name) => unsupportedHeader.test(name) && !honoured.has(name));
  if (found !== undefined) throw notImplemented(`the header ${found}`);
}

function decodeServiceRequest(request: WireRequest): DecodedCall {
  if (request.method !== 'GET') throw notImplemented(`${request.method} on the service`);
  const input = parameters(request, {
    Prefix: 'prefix',
    ContinuationToken: 'continuation-token',
    BucketRegion: 'bucket-region',
  });
  return { action: 'ListBuckets', input: { ...input, ...numberParameter(request, 'MaxBuckets', 'max-buckets') } };
}

function decodeBucketRequest(request: WireRequest, Bucket: string): DecodedCall {
  const operation = bucketOperation(request);
  if (operation !== 'ListObjectsV2') return { action: operation, input: { Bucket } };
  const input = parameters(request, {
    Prefix: 'prefix',
    Delimiter: 'delimiter',
    ContinuationToken: 'continuation-token',
    StartAfter: 'start-after',
    EncodingType: 'encoding-type',
  });
  return { action: operation, input: { Bucket, ...input, ...numberParameter(request, 'MaxKeys', 'max-keys') } };
}

function bucketOperation(request: WireRequest): string {
  const subResources = [...request.query.keys()].filter((name) => name !== 'x-id' && !listParameters.has(name));
  if (request.method === 'HEAD' && request.query.size === 0) return 'HeadBucket';
  if (request.method !== 'GET' || subResources.length > 1) throw notImplemented('this bucket operation');
  if (subResources[0] === 'publicAccessBlock') return 'GetPublicAccessBlock';
  if (subResources[0] === 'encryption') return 'GetBucketEncryption';
  if (subResources.length === 0 && queryValue(request, 'list-type') === '2') return 'ListObjectsV2';
  throw notImplemented('this bucket operation (of the listings there is only ListObjectsV2)');
}

const listParameters: ReadonlySet<string> = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'continuation-token',
  'start-after',
  'encoding-type',
  'max-keys',
  'fetch-owner',
]);

function decodeObjectRequest(request: WireRequest, object: { Bucket: string; Key: string }): DecodedCall {
  const subResource = [...request.query.keys()].find((name) => name !== 'x-id');
  if (subResource === 'uploads' || subResource === 'uploadId') {
    throw notImplemented('multipart uploads: send the object in one part (AWS CLI: set s3.multipart_threshold higher)');
  }
  if (subResource !== undefined) throw notImplemented(`the object parameter ${subResource}`);
  const Range = request.headers.get('range');
  switch (request.method) {
    case 'GET':
      return { action: 'GetObject', input: { ...object, ...(Range !== undefined && { Range }) } };
    case 'HEAD':
      return { action: 'HeadObject', input: { ...object, ...(Range !== undefined && { Range }) } };
    case 'PUT':
      return { action: 'PutObject', input: { ...object, ...putInput(request) } };
    default:
      throw notImplemented(`${request.method} on an object`);
  }
}

function putInput(request: WireRequest): Record<string, unknown> {
  const prefix = 'x-amz-meta-';
  const metadata = [...request.headers].filter(([name]) => name.startsWith(prefix));
  const ContentType = request.headers.get('content-type');
  const IfNoneMatch = request.headers.get('if-none-match');
  return {
    Body: request.body,
    Metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(prefix.length), value])),
    HasChecksum: [...request.headers.keys()].some((name) => checksumHeader.test(name)),
    ...(ContentType !== undefined && { ContentType }),
    ...(IfNoneMatch !== undefined && { IfNoneMatch }),
  };
}

function parameters(request: WireRequest, names: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [member, name] of Object.entries(names)) {
    const value = queryValue(request, name);
    if (value !== undefined) found[member] = value;
  }
  return found;
}

function numberParameter(request: WireRequest, member: string, name: string): Record<string, number> {
  const value = queryValue(request, name);
  if (value === undefined) return {};
  if (!/^\d{1,9}$/.test(value)) throw new ServiceError('InvalidArgument', 400, `${name} must be a whole number`);
  return { [member]: Number(value) };
}

function notImplemented(what: string): ServiceError {
  return new ServiceError('NotImplemented', 501, `the S3 of the embedded stack does not implement ${what}`);
}
