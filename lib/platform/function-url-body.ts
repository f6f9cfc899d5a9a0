import { lettersOf } from '../requests/explain-field.ts';
import { JSON_LIMITS, measureJson } from '../requests/json-limits.ts';
import { quoted } from '../requests/quoted.ts';
import type { Refusal } from '../requests/request.ts';

export type JsonObject = Readonly<Record<string, unknown>>;
export type JsonObjectReading =
  | { readonly read: true; readonly object: JsonObject | undefined }
  | { readonly read: false; readonly refusal: Refusal };

/**
 * Reads a body as one JSON object, or none. The body is measured before anybody looks at its members. A key that could
 * reach a prototype is refused at any depth, and so is one that looks like an external ID, because only the broker
 * makes external IDs.
 */
export function readJsonBody(
  body: Uint8Array | undefined,
  { maximumKeys = JSON_LIMITS.keys }: { readonly maximumKeys?: number } = {},
): JsonObjectReading {
  if (body === undefined) return { read: true, object: undefined };
  if (body.byteLength > JSON_LIMITS.bytes) {
    return refused('request.tooLarge', `the body has ${body.byteLength} bytes; the limit is ${JSON_LIMITS.bytes}`);
  }
  const value = parse(body);
  if (!isObject(value)) return refused('request.malformed', 'the body is not a JSON object in UTF-8');
  const { depth, keys } = measureJson(value);
  if (depth > JSON_LIMITS.depth) {
    return refused('request.tooLarge', `the body is ${depth} levels deep; the limit is ${JSON_LIMITS.depth}`);
  }
  if (keys > maximumKeys) {
    return refused('request.tooLarge', `the body has ${keys} keys; the limit is ${maximumKeys}`);
  }
  return refuseKeys(value) ?? { read: true, object: value };
}

/** Reads a query in the same way; a name that is given twice is refused, because the broker does not choose one. */
export function readQuery(query: readonly (readonly [string, string])[]): JsonObjectReading {
  if (query.length > JSON_LIMITS.keys) {
    return refused('request.tooLarge', `the query has ${query.length} names; the limit is ${JSON_LIMITS.keys}`);
  }
  const names = query.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return refused('request.fieldInvalid', `the query has ${quoted(twice)} more than once`);
  const object = Object.fromEntries(query);
  return refuseKeys(object) ?? { read: true, object };
}

function refuseKeys(object: JsonObject): JsonObjectReading | undefined {
  const { reservedKey } = measureJson(object);
  if (reservedKey !== undefined) {
    return refused('request.fieldNotAllowed', `the key ${quoted(reservedKey)} is reserved; remove it`);
  }
  const externalId = keysIn(object).find((key) => lettersOf(key).includes('externalid'));
  if (externalId === undefined) return undefined;
  const why = 'external IDs are made here, one for each tenant, and never taken from outside';
  return refused('request.fieldNotAllowed', `the key ${quoted(externalId)}: ${why}; remove it`);
}

/** Every key at any depth. The recursion is safe, because the depth of the value was measured before. */
function keysIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...keysIn(member)]);
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function refused(reason: Refusal['reason'], explanation: string): JsonObjectReading {
  return { read: false, refusal: { reason, explanation } };
}
