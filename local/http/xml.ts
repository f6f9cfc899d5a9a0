/** Values that can be written as XML: plain data; absent members are left out. */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/**
 * Writes one element. A list becomes one element with `<member>` children (`lists: 'member'`, the query protocol) or
 * one element of this name per entry (`lists: 'flat'`, S3).
 */
export function writeXml(name: string, value: XmlValue, lists: 'member' | 'flat'): string {
  if (value === undefined) return '';
  if (isList(value)) {
    if (lists === 'flat') return value.map((entry) => writeXml(name, entry, lists)).join('');
    return `<${name}>${value.map((entry) => writeXml('member', entry, lists)).join('')}</${name}>`;
  }
  if (value instanceof Date) return `<${name}>${isoDate(value, lists)}</${name}>`;
  if (typeof value === 'object') {
    const members = Object.entries(value).map(([member, content]) => writeXml(member, content, lists));
    return `<${name}>${members.join('')}</${name}>`;
  }
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** Writes a document whose root element is in the given namespace. */
export function writeXmlDocument(
  root: { readonly name: string; readonly namespace?: string },
  value: XmlValue,
  lists: 'member' | 'flat',
): string {
  const xml = writeXml(root.name, value, lists);
  const opened = root.namespace === undefined ? '' : ` xmlns="${escapeXml(root.namespace)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root.name}${opened}${xml.slice(root.name.length + 1)}`;
}

/** Escapes text for element content and attribute values; control characters become references, as S3 writes them. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be found here
  return text.replace(/[&<>"'\u0000-\u0008\u000b-\u001f\u007f\ufffe\uffff]/g, (character) => {
    return named.get(character) ?? `&#x${character.charCodeAt(0).toString(16)};`;
  });
}

/**
 * Turns an answer into XML data. Answers are plain data by contract: bytes become base64, and anything else is a
 * mistake of the service that must not reach the wire.
 */
export function toXmlValue(value: unknown): XmlValue {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value instanceof Date) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toXmlValue);
  if (typeof value !== 'object') throw new TypeError(`an answer cannot hold a ${typeof value}`);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toXmlValue(member)]));
}

const named: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

/** The query protocol writes whole seconds, S3 milliseconds. */
function isoDate(date: Date, lists: 'member' | 'flat'): string {
  return lists === 'flat' ? date.toISOString() : date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}
