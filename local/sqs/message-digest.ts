import { createHash } from 'node:crypto';

/** A message attribute as the API carries it: `String` and `Number` have a `StringValue`, `Binary` a `BinaryValue`. */
export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
};
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const STRING_TRANSPORT = 1;
const BINARY_TRANSPORT = 2;

/** The MD5 in SQS's answers, which SDKs compare with what they sent. */
export function md5OfBody(body: string): string {
  return createHash('md5').update(body, 'utf8').digest('hex');
}

/**
 * SQS's MD5 over message attributes: sorted by name; each name, type and value is preceded by its length. Undefined
 * where there are no attributes, as SQS then leaves the member out. Source: Amazon SQS Developer Guide, "Calculating
 * the MD5 message digest for message attributes".
 */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  for (const name of names) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    hash.update(lengthPrefixed(Buffer.from(name, 'utf8')));
    hash.update(lengthPrefixed(Buffer.from(attribute.DataType, 'utf8')));
    hash.update(Uint8Array.of(attribute.BinaryValue === undefined ? STRING_TRANSPORT : BINARY_TRANSPORT));
    hash.update(lengthPrefixed(valueBytes(attribute)));
  }
  return hash.digest('hex');
}

/** The size that counts against a queue's limit: the body and every attribute's name, type and value, in bytes. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  let bytes = Buffer.byteLength(body, 'utf8');
  for (const [name, attribute] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name, 'utf8') + Buffer.byteLength(attribute.DataType, 'utf8');
    bytes += valueBytes(attribute).byteLength;
  }
  return bytes;
}

function valueBytes(attribute: MessageAttribute): Uint8Array {
  return attribute.BinaryValue ?? Buffer.from(attribute.StringValue ?? '', 'utf8');
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([length, bytes]);
}
