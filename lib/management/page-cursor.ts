import * as v from 'valibot';

/**
 * The position in a list where a page ended. It holds no secret and grants nothing: a forged cursor only reads another
 * page of the list.
 */
const cursorSchema = v.strictObject({
  /** The question of the list: a cursor continues that list and no other. */
  of: v.string(),
  /** The index of the part of the list; the parts are read one after the other. */
  part: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(15)),
  /** The position in the part, in the registry's own form. */
  after: v.exactOptional(v.pipe(v.string(), v.maxLength(1_500))),
  /** The last tenant that was listed: one with several roles may be on both sides of a page's end. */
  last: v.exactOptional(v.pipe(v.string(), v.maxLength(63))),
});
export type PageCursor = v.InferOutput<typeof cursorSchema>;

export function writeCursor(cursor: PageCursor): string {
  return Buffer.from(JSON.stringify(cursor), 'utf8').toString('base64url');
}

/** Returns undefined for a text that is not a cursor of this list. */
export function readCursor(text: string, { of, parts }: { readonly of: string; readonly parts: number }) {
  const read = v.safeParse(cursorSchema, parse(text));
  if (!read.success || read.output.of !== of || read.output.part >= parts) return undefined;
  return read.output;
}

function parse(text: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
