/**
 * The bytes of an item as DynamoDB counts them. Source: DynamoDB Developer Guide, "Item sizes and formats": names and
 * strings in UTF-8, binary as it is, a number about a byte for each two significant digits and one more, null and boolean
 * one byte, lists and maps three bytes and one more for each member.
 */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce(
    (bytes, [name, value]) => (value === undefined ? bytes : bytes + Buffer.byteLength(name) + valueBytes(value)),
    0,
  );
}

const COLLECTION = 3;
const MEMBER = 1;

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (value instanceof Set) return [...value].reduce((bytes: number, member) => bytes + valueBytes(member), 0);
  if (Array.isArray(value)) {
    return value.reduce((bytes: number, member) => bytes + valueBytes(member) + MEMBER, COLLECTION);
  }
  if (typeof value === 'object' && value !== null) {
    return itemBytes({ ...value }) + COLLECTION + MEMBER * Object.keys(value).length;
  }
  return 1;
}

function numberBytes(value: number): number {
  const digits = Math.abs(value).toExponential().replace(/e.*$/, '').replace('.', '').replace(/^0+$/, '').length;
  return Math.ceil(digits / 2) + 1 + (value < 0 ? 1 : 0);
}
