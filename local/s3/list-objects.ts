import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import { type ServiceAnswer, type ServiceCall, ServiceError } from '../service.ts';
import type { StoredObject } from './bucket.ts';
import { openBucket, type S3Dependencies } from './bucket-access.ts';
import { compareKeys } from './bucket-store.ts';
import { readPageToken, writePageToken } from './page-token.ts';

const inputSchema = v.object({
  Bucket: v.string(),
  Prefix: v.optional(v.string()),
  Delimiter: v.optional(v.string()),
  MaxKeys: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  StartAfter: v.optional(v.string()),
  ContinuationToken: v.optional(v.string()),
  EncodingType: v.optional(v.picklist(['url'])),
});
type Input = v.InferOutput<typeof inputSchema>;

const pageSize = 1000;

/** An object, or all objects below a common prefix: the unit that a page counts and sorts. */
type Entry = { readonly name: string; readonly object?: StoredObject };

/** `ListObjectsV2`: keys in UTF-8 order, grouped by delimiter, at most 1,000 entries a page. */
export function listObjects(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const input = parseInput(inputSchema, call.input, 'InvalidArgument');
  const bucket = openBucket(deps, call, {
    action: 's3:ListBucket',
    bucketName: input.Bucket,
    context: listContext(input),
  });
  const maxKeys = Math.min(input.MaxKeys ?? pageSize, pageSize);
  const after = input.ContinuationToken === undefined ? undefined : readPageToken(input.ContinuationToken);
  const entries = entriesOf([...bucket.objects.values()], input).filter(
    (entry) => after === undefined || compareKeys(entry.name, after) > 0,
  );
  const page = entries.slice(0, maxKeys);
  const last = page.at(-1);
  const isTruncated = last !== undefined && entries.length > page.length;
  const { Bucket: Name, MaxKeys, ...echoed } = input;
  return {
    ...echoed,
    Name,
    Prefix: input.Prefix ?? '',
    MaxKeys: maxKeys,
    KeyCount: page.length,
    IsTruncated: isTruncated,
    Contents: page.flatMap(({ object }) => (object === undefined ? [] : [contentOf(object)])),
    CommonPrefixes: page.flatMap(({ name, object }) => (object === undefined ? [{ Prefix: name }] : [])),
    ...(isTruncated && { NextContinuationToken: writePageToken(last.name) }),
  };
}

/** A policy with a condition on `s3:prefix` sees the prefix only when the request has it, as in S3. */
function listContext(input: Input): Record<string, string> {
  return {
    ...(input.Prefix !== undefined && { 's3:prefix': input.Prefix }),
    ...(input.Delimiter !== undefined && { 's3:delimiter': input.Delimiter }),
    ...(input.MaxKeys !== undefined && { 's3:max-keys': String(input.MaxKeys) }),
  };
}

function entriesOf(objects: readonly StoredObject[], input: Input): readonly Entry[] {
  const { Prefix: prefix = '', Delimiter: delimiter = '', StartAfter: startAfter } = input;
  if (delimiter.length > 1024) throw new ServiceError('InvalidArgument', 400, 'the delimiter is too long');
  const entries = new Map<string, Entry>();
  for (const object of objects) {
    if (!object.key.startsWith(prefix)) continue;
    if (startAfter !== undefined && compareKeys(object.key, startAfter) <= 0) continue;
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const entry = end < 0 ? { name: object.key, object } : { name: object.key.slice(0, end + delimiter.length) };
    entries.set(entry.name, entry);
  }
  return [...entries.values()].sort((left, right) => compareKeys(left.name, right.name));
}

function contentOf(object: StoredObject): Record<string, unknown> {
  return {
    Key: object.key,
    LastModified: new Date(object.lastModifiedMs),
    ETag: object.eTag,
    Size: object.bytes.byteLength,
    StorageClass: 'STANDARD',
  };
}
