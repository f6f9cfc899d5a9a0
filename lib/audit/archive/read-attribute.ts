/**
 * Reads an item of a change stream: attribute values as DynamoDB writes them in JSON, `{ "S": "text" }`. The SDK's own
 * reader is in a separate package, on which nothing here depends; this one accepts only the types that the ledger has.
 * Source: DynamoDB API Reference, AttributeValue.
 */
export type WireItem = Readonly<Record<string, unknown>>;

/**
 * Throws `TypeError` on a type that no record of the ledger has (a set, or something that is no attribute value at
 * all), and on half of a surrogate pair. A job can write such a half into its own rows, and one line that contains it
 * makes the whole file unreadable for anybody who reads the archive as JSON.
 */
export function readItem(item: WireItem): Readonly<Record<string, unknown>> {
  if (!Object.keys(item).every((name) => name.isWellFormed())) throw new TypeError('not the name of an attribute');
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, readAttribute(value)]));
}

function readAttribute(attribute: unknown): unknown {
  const [member, another] = isObject(attribute) ? Object.entries(attribute) : [];
  if (member === undefined || another !== undefined) throw new TypeError('not an attribute value');
  const [type, value] = member;
  const read = READERS.get(type)?.(value);
  if (read === undefined) throw new TypeError('not an attribute value that a record has');
  return read;
}

/** Each returns undefined for a value of another type. A number that JavaScript cannot hold is left to the schema. */
const READERS: ReadonlyMap<string, (value: unknown) => unknown> = new Map<string, (value: unknown) => unknown>([
  ['S', (value) => (typeof value === 'string' && value.isWellFormed() ? value : undefined)],
  ['N', (value) => (typeof value === 'string' && value !== '' ? Number(value) : undefined)],
  ['BOOL', (value) => (typeof value === 'boolean' ? value : undefined)],
  ['NULL', (value) => (value === true ? null : undefined)],
  ['B', (value) => (typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64')) : undefined)],
  ['L', (value) => (Array.isArray(value) ? value.map(readAttribute) : undefined)],
  ['M', (value) => (isObject(value) ? readItem(value) : undefined)],
]);

function isObject(value: unknown): value is WireItem {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
