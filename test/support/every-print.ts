import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';

/** All that a careless line of code could print of a value: one text, to be searched for what must not be in it. */
export function everyPrint(value: unknown): string {
  return [
    inspect(value, { showHidden: true, depth: Number.POSITIVE_INFINITY, maxStringLength: null, maxArrayLength: null }),
    inspect(value, { customInspect: false, showHidden: true, depth: Number.POSITIVE_INFINITY, maxStringLength: null }),
    json(value),
    ...ownNames(value, new Set()),
    `${value}`,
  ].join('\n');
}

/** The forms in which a secret might hide: as it is, encoded, reversed, or only its beginning. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  return [
    secret,
    secret.slice(0, 16),
    [...secret].reverse().join(''),
    bytes.toString('base64').replaceAll('=', ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

/** The same and more, by name: for searches of everything, which need not be quick. */
export function encodingsOf(secret: string): Readonly<Record<string, string>> {
  const bytes = Buffer.from(secret, 'utf8');
  return {
    'as it is': secret,
    'its first 16 letters': secret.slice(0, 16),
    reversed: [...secret].reverse().join(''),
    base64: bytes.toString('base64').replaceAll('=', ''),
    base64url: bytes.toString('base64url'),
    // Three bytes give four letters: past one or two other bytes, the same secret has other letters.
    'base64 past one byte': base64Past(1, bytes),
    'base64 past two bytes': base64Past(2, bytes),
    hexadecimal: bytes.toString('hex'),
    'hexadecimal in capitals': bytes.toString('hex').toUpperCase(),
    'URL-encoded': encodeURIComponent(secret),
    'JSON-escaped': JSON.stringify(secret).slice(1, -1),
    'JSON in JSON': JSON.stringify(JSON.stringify(secret)).slice(3, -3),
    'HTML-escaped': secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('+', '&#43;'),
    'UTF-16': Buffer.from(secret, 'utf16le').toString('latin1'),
    'UTF-16 in base64': Buffer.from(secret, 'utf16le').toString('base64').replaceAll('=', ''),
    'gzip in base64': gzipSync(bytes).toString('base64'),
  };
}

/** Without the letters that depend on what stands before and behind. */
function base64Past(count: number, bytes: Buffer): string {
  return Buffer.concat([Buffer.alloc(count), bytes])
    .toString('base64')
    .slice(4, -4);
}

/** Own properties, enumerable or not, symbols and causes too, to any depth. */
function ownNames(value: unknown, seen: Set<unknown>): readonly string[] {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return [String(value)];
  if (seen.has(value)) return [];
  seen.add(value);
  return Reflect.ownKeys(value).flatMap((key) => [
    String(key),
    ...ownNames(Reflect.getOwnPropertyDescriptor(value, key)?.value, seen),
  ]);
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch (error) {
    return String(error);
  }
}
