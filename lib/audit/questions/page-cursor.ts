import * as v from 'valibot';
import { canonicalJson } from '../../platform/canonical-json.ts';
import { sha256Hex } from '../../platform/ids.ts';

/**
 * Where the pages of a question stopped. A cursor grants nothing: the partition is made from the question each time,
 * and a cursor, forged or not, only says where in it to continue. A cursor belongs to its own question and to no other.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(999_999_999_999_999));
const recordId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]{1,96}$/));

const cursorSchema = v.strictObject({
  /** The hash of the question. */
  of: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  /** The part of the answer that was being read, where the parts are read one after the other. */
  part: v.exactOptional(v.literal('open')),
  /** The time of the last record that was looked at, or of the end of the span that was. */
  atMs: count,
  /** The id of that record; left out when everything later than `atMs` was looked at and nothing of `atMs` itself. */
  id: v.exactOptional(recordId),
  /** The beginning that the first page chose, where the question itself gives none. */
  fromMs: v.exactOptional(count),
});
export type PagePosition = Omit<v.InferOutput<typeof cursorSchema>, 'of'>;

/** The hash of a question; all pages of one question have the same hash. */
function questionHash(question: object): string {
  return sha256Hex(canonicalJson(question)).slice(0, 32);
}

export function writeCursor(question: object, position: PagePosition): string {
  return Buffer.from(JSON.stringify({ of: questionHash(question), ...position }), 'utf8').toString('base64url');
}

/** Undefined for a text that no page of this question gave. */
export function readCursor(question: object, text: string): PagePosition | undefined {
  const read = v.safeParse(cursorSchema, parse(text));
  if (!read.success) return undefined;
  const { of, ...position } = read.output;
  return of === questionHash(question) ? position : undefined;
}

function parse(text: string): unknown {
  if (text.length > 1_000 || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
