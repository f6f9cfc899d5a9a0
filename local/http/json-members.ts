import { ServiceError } from '../service.ts';

/** Where a JSON protocol has bytes as base64 and times as epoch seconds: dotted paths, `*` for any key or index. */
export type JsonMembers = { readonly blobs?: readonly string[]; readonly timestamps?: readonly string[] };

/** Turns parsed JSON into the shape of the API. Throws `SerializationException` for a value of the wrong kind. */
export function fromWireJson(input: unknown, members: JsonMembers): unknown {
  const withBlobs = (members.blobs ?? []).reduce((value, path) => convertAt(value, path.split('.'), blobOf), input);
  return (members.timestamps ?? []).reduce((value, path) => convertAt(value, path.split('.'), dateOf), withBlobs);
}

/** Turns an answer into values for `JSON.stringify`: bytes as base64, times as epoch seconds. */
export function toWireJson(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toWireJson);
  if (isObject(value)) return mapMembers(value, toWireJson);
  return value;
}

function convertAt(value: unknown, path: readonly string[], convert: (leaf: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return convert(value);
  if (Array.isArray(value)) return step === '*' ? value.map((entry) => convertAt(entry, rest, convert)) : value;
  if (!isObject(value)) return value;
  return mapMembers(value, (member, name) =>
    step === '*' || step === name ? convertAt(member, rest, convert) : member,
  );
}

function blobOf(leaf: unknown): unknown {
  if (leaf === null) return leaf;
  if (typeof leaf !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(leaf)) {
    throw new ServiceError('SerializationException', 400, 'a binary member must be base64');
  }
  return new Uint8Array(Buffer.from(leaf, 'base64'));
}

function dateOf(leaf: unknown): unknown {
  if (leaf === null) return leaf;
  const date = typeof leaf === 'number' ? new Date(leaf * 1000) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw new ServiceError('SerializationException', 400, 'a timestamp must be epoch seconds');
  }
  return date;
}

function mapMembers(value: object, map: (member: unknown, name: string) => unknown): object {
  // `fromEntries` defines own members, so that a key `__proto__` stays data.
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member, name)]));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
