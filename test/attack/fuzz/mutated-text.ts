import fc from 'fast-check';

/** What turns a text into another reader's idea of it. */
const PIECES = [
  '',
  ' ',
  '\n',
  '\t',
  '\0',
  '"',
  "'",
  '\\',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  '{}',
  '[]',
  'null',
  'true',
  '0',
  '-0',
  '1e9',
  '1.0',
  '01',
  '"a":1,',
  '"__proto__":{},',
  '"constructor":1,',
  '\\u0061',
  '\\/',
  'A',
  'a',
  'z',
  '*',
  '?',
  '$',
  '/',
  '..',
  '-',
  '_',
  '.',
  '=',
  '+',
  '\u0430',
  '\u200d',
  '\ufeff',
  '\u0301',
  '\uff41',
  '\u017f',
  '\u212a',
  '\ud800',
  '\u{1f600}',
  '%',
  '#',
  '&',
  '<',
] as const;

type Edit = { readonly at: number; readonly cut: number; readonly piece: string };

/** Small edits at a few places: a piece put in, some letters cut out, or both. */
const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({ at: fc.nat(), cut: fc.nat(3), piece: fc.constantFrom(...PIECES) }),
  { minLength: 0, maxLength: 3 },
);

/** One of these texts, or something near it. */
export function nearTo(texts: readonly [string, ...string[]]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...texts), edits).map(([text, all]) => all.reduce(edited, text));
}

/** One of these, with a few of its bytes changed, put in or cut out. */
export function nearToBytes(
  all: readonly [Buffer, ...Buffer[]],
): fc.Arbitrary<{ readonly bytes: Buffer; readonly of: Buffer }> {
  const changes = fc.array(fc.record({ at: fc.nat(), cut: fc.nat(2), byte: fc.integer({ min: -1, max: 255 }) }), {
    maxLength: 3,
  });
  return fc.tuple(fc.constantFrom(...all), changes).map(([of, list]) => ({ of, bytes: list.reduce(changed, of) }));
}

function edited(text: string, { at, cut, piece }: Edit): string {
  const from = at % (text.length + 1);
  return text.slice(0, from) + piece + text.slice(from + cut);
}

function changed(
  bytes: Buffer,
  { at, cut, byte }: { readonly at: number; readonly cut: number; readonly byte: number },
): Buffer {
  const from = at % (bytes.length + 1);
  return Buffer.concat([
    bytes.subarray(0, from),
    byte === -1 ? Buffer.alloc(0) : Buffer.of(byte),
    bytes.subarray(from + cut),
  ]);
}
