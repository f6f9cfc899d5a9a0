import * as v from 'valibot';
import { parseInput } from '../parse-input.ts';
import type { ServiceAnswer, ServiceCall } from '../service.ts';
import { authorizeS3, type S3Dependencies } from './bucket-access.ts';
import { compareKeys } from './bucket-store.ts';
import { readPageToken, writePageToken } from './page-token.ts';

const inputSchema = v.object({
  MaxBuckets: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000))),
  ContinuationToken: v.optional(v.string()),
  Prefix: v.optional(v.string()),
  BucketRegion: v.optional(v.string()),
});

/** `ListBuckets`: the buckets of the caller's account in all regions, and of no other account. */
export function listBuckets(deps: S3Dependencies, call: ServiceCall): ServiceAnswer {
  const input = parseInput(inputSchema, call.input, 'InvalidArgument');
  authorizeS3(deps, call, {
    action: 's3:ListAllMyBuckets',
    resource: '*',
    resourceAccountId: call.caller.accountId,
  });
  const after = input.ContinuationToken === undefined ? '' : readPageToken(input.ContinuationToken);
  const found = deps.buckets
    .bucketsOf(call.caller.accountId)
    .filter(({ name }) => name.startsWith(input.Prefix ?? '') && compareKeys(name, after) > 0)
    .filter(({ region }) => input.BucketRegion === undefined || input.BucketRegion === region);
  const page = found.slice(0, input.MaxBuckets ?? 10_000);
  const last = page.at(-1);
  // S3: "BucketRegion … If the request contains at least one valid parameter, it is included in the response."
  const hasParameter = Object.values(input).some((value) => value !== undefined);
  return {
    Owner: { ID: call.caller.accountId },
    Buckets: page.map(({ name, region, createdAtMs }) => ({
      Name: name,
      CreationDate: new Date(createdAtMs),
      ...(hasParameter && { BucketRegion: region }),
    })),
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
    ...(last !== undefined && found.length > page.length && { ContinuationToken: writePageToken(last.name) }),
  };
}
