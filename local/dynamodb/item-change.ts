import { isDeepStrictEqual } from 'node:util';

/** An item in DynamoDB's wire JSON. */
export type WireItem = Readonly<Record<string, unknown>>;

/** The effect of one write on one item. */
export type ItemChange = {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly keys: WireItem;
  readonly oldImage?: WireItem;
  readonly newImage?: WireItem;
};

/** Undefined for a write that changed nothing: DynamoDB writes no stream record for it. */
export function itemChange(
  keys: WireItem,
  images: { readonly before: WireItem | undefined; readonly after: WireItem | undefined },
): ItemChange | undefined {
  const { before, after } = images;
  if (before === undefined && after === undefined) return undefined;
  if (before === undefined) return { eventName: 'INSERT', keys, ...(after !== undefined && { newImage: after }) };
  if (after === undefined) return { eventName: 'REMOVE', keys, oldImage: before };
  if (isDeepStrictEqual(comparable(before), comparable(after))) return undefined;
  return { eventName: 'MODIFY', keys, oldImage: before, newImage: after };
}

/**
 * The size of keys and images in bytes, as in `SizeBytes` of a stream record. Source: DynamoDB Developer Guide, "Item
 * sizes and formats": names and text in UTF-8, about half a byte a digit, three bytes for a list or map and one more
 * for each member.
 */
export function changeSizeBytes({ keys, oldImage = {}, newImage = {} }: ItemChange): number {
  return mapBytes(keys) + mapBytes(oldImage) + mapBytes(newImage);
}

function mapBytes(attributes: object): number {
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

function valueBytes(attribute: unknown): number {
  const [type, value] = typedValue(attribute);
  if (typeof value === 'object' && value !== null) {
    const members = Object.values(value);
    if (type === 'M') return 3 + members.length + mapBytes(value);
    if (type === 'L') return 3 + members.length + members.reduce<number>((sum, member) => sum + valueBytes(member), 0);
    return members.reduce<number>((sum, member) => sum + scalarBytes(type.charAt(0), member), 0);
  }
  return scalarBytes(type, value);
}

function scalarBytes(type: string, value: unknown): number {
  const text = String(value);
  if (type === 'S') return Buffer.byteLength(text);
  if (type === 'N') return Math.ceil(text.replaceAll(/[^0-9]/g, '').length / 2) + 1;
  return type === 'B' ? Buffer.byteLength(text, 'base64') : 1;
}

/** Sets have no order and are sorted; everything else is compared as it is. */
function comparable(attributes: object): object {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, comparableValue(value)]));
}

function comparableValue(attribute: unknown): unknown {
  const [type, value] = typedValue(attribute);
  if (type === 'M' && typeof value === 'object' && value !== null) return { M: comparable(value) };
  if (!Array.isArray(value)) return attribute;
  return { [type]: type === 'L' ? value.map(comparableValue) : value.toSorted() };
}

/** `{ S: 'text' }` → `['S', 'text']`. */
function typedValue(attribute: unknown): readonly [string, unknown] {
  const entries = typeof attribute === 'object' && attribute !== null ? Object.entries(attribute) : [];
  return entries[0] ?? ['', undefined];
}
