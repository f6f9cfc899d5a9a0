import type { Caller } from '../iam/caller.ts';
import { invalid } from '../iam/read-input.ts';

export type SessionTags = {
  readonly tags: ReadonlyMap<string, string>;
  readonly transitiveTagKeys: readonly string[];
};

const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const MOST_TAGS = 50;

/** Reads `Tags` and `TransitiveTagKeys`; throws `ValidationError` (400). Keys are unique whatever their case. */
export function readSessionTags(input: Readonly<Record<string, unknown>>): SessionTags {
  const entries = listMember(input, 'Tags').map(readTag);
  const tags = new Map(entries);
  if (new Set(entries.map(([key]) => key.toLowerCase())).size < entries.length) {
    throw invalid('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  const transitiveTagKeys = listMember(input, 'TransitiveTagKeys').map((key) => {
    if (typeof key !== 'string' || !tags.has(key)) throw invalid('a transitive tag key is not among the tags');
    return key;
  });
  return { tags, transitiveTagKeys };
}

/** The tags that a chained session inherits from the caller's; the next role cannot be given others for those keys. */
export function incomingTransitiveTags(caller: Caller): ReadonlyMap<string, string> {
  const tags = caller.sessionTags ?? {};
  return new Map((caller.transitiveTagKeys ?? []).map((key) => [key, tags[key] ?? '']));
}

/** The tags of the new session: requested and inherited ones. Throws `ValidationError` where a key is in both. */
export function sessionTagsOf(requested: SessionTags, caller: Caller): SessionTags {
  const incoming = incomingTransitiveTags(caller);
  const taken = new Set([...incoming.keys()].map((key) => key.toLowerCase()));
  for (const key of requested.tags.keys()) {
    if (taken.has(key.toLowerCase())) throw invalid(`the tag ${key} is already set by an earlier session of the chain`);
  }
  return {
    tags: new Map([...requested.tags, ...incoming]),
    transitiveTagKeys: [...requested.transitiveTagKeys, ...incoming.keys()],
  };
}

function readTag(tag: unknown): [string, string] {
  const { Key: key, Value: value } = (typeof tag === 'object' && tag !== null ? tag : {}) as Record<string, unknown>;
  if (typeof key === 'string' && typeof value === 'string' && TAG_KEY.test(key) && TAG_VALUE.test(value)) {
    return [key, value];
  }
  throw invalid("1 validation error detected: a value at 'tags' is not a tag");
}

function listMember(input: Readonly<Record<string, unknown>>, member: string): readonly unknown[] {
  const value = input[member] ?? [];
  if (Array.isArray(value) && value.length <= MOST_TAGS) return value;
  throw invalid(`1 validation error detected: '${member}' must be a list of at most ${MOST_TAGS}`);
}
