import { inspect } from 'node:util';

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
