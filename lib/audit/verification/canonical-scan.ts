/**
 * Scans canonical JSON in UTF-8 without building its values. Each function receives the start of a value and returns
 * its end, or `NOT` when it is not certain that these are the bytes that `canonicalJson` gives. It is certain only of
 * the common part: ASCII, whole numbers of up to 15 digits, no `\u`. Everything else has to be parsed and compared.
 */
export const NOT = -1;
/** This nesting is deeper than that of any record of ours. */
const DEEPEST = 12;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [COMMA, COLON, MINUS, ZERO, NINE] = [0x2c, 0x3a, 0x2d, 0x30, 0x39];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];
const LONGEST_NUMBER = 15;

/** `JSON.stringify` writes these with a backslash, and nothing else that is not a control character. */
const ESCAPED: ReadonlySet<number | undefined> = new Set(Buffer.from(['"', '\\', 'b', 'f', 'n', 'r', 't'].join('')));
const LITERALS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];

/**
 * Receives where the key of a member begins, at its quote, and where its value begins. Returns where the value ends.
 */
export type Member = (keyStart: number, valueStart: number) => number;

export function endOfString(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) return NOT;
  for (let at = start + 1; ; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) {
      at += 1;
      if (!ESCAPED.has(bytes[at])) return NOT;
    } else if (byte === undefined || byte < 0x20 || byte > 0x7e) return NOT;
  }
}

/** A string without escapes: its value is the text between its quotes. */
export function endOfPlainString(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) return NOT;
  for (let at = start + 1; ; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === BACKSLASH) return NOT;
  }
}

function endOfNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  const first = at;
  while (isDigit(bytes[at])) at += 1;
  const digits = at - first;
  if (digits === 0 || digits > LONGEST_NUMBER) return NOT;
  // Leading zeros and negative zero are not canonical.
  if (bytes[first] === ZERO && (digits > 1 || first !== start)) return NOT;
  return at;
}

/** A whole number that is not negative. */
export function endOfWhole(bytes: Uint8Array, start: number): number {
  return bytes[start] === MINUS ? NOT : endOfNumber(bytes, start);
}

export function endOfValue(bytes: Uint8Array, start: number, depth = 0): number {
  const byte = bytes[start];
  if (byte === QUOTE) return endOfString(bytes, start);
  if (byte === OPEN_OBJECT) return endOfObject(bytes, start, { depth });
  if (byte === OPEN_ARRAY) return endOfArray(bytes, start, { depth });
  if (byte === MINUS || isDigit(byte)) return endOfNumber(bytes, start);
  return endOfOneOf(LITERALS, bytes, start);
}

/** Accepts one of these texts, exactly as written. */
export function endOfOneOf(texts: readonly Uint8Array[], bytes: Uint8Array, start: number): number {
  for (const text of texts) if (stands(text, bytes, start)) return start + text.length;
  return NOT;
}

/** Accepts an object only if its keys are in order and none stands twice. */
export function endOfObject(
  bytes: Uint8Array,
  start: number,
  { depth = 0, member }: { readonly depth?: number; readonly member?: Member } = {},
): number {
  if (bytes[start] !== OPEN_OBJECT || depth > DEEPEST) return NOT;
  if (bytes[start + 1] === CLOSE_OBJECT) return start + 2;
  let before = NOT;
  let at = start;
  do {
    const keyStart = at + 1;
    const keyEnd = endOfKey(bytes, keyStart, before);
    if (keyEnd === NOT) return NOT;
    before = keyStart;
    at = member === undefined ? endOfValue(bytes, keyEnd, depth + 1) : member(keyStart, keyEnd);
    if (at === NOT) return NOT;
  } while (bytes[at] === COMMA);
  return bytes[at] === CLOSE_OBJECT ? at + 1 : NOT;
}

export function endOfArray(
  bytes: Uint8Array,
  start: number,
  { depth = 0, item }: { readonly depth?: number; readonly item?: (start: number) => number } = {},
): number {
  if (bytes[start] !== OPEN_ARRAY || depth > DEEPEST) return NOT;
  if (bytes[start + 1] === CLOSE_ARRAY) return start + 2;
  let at = start;
  do {
    at = item === undefined ? endOfValue(bytes, at + 1, depth + 1) : item(at + 1);
    if (at === NOT) return NOT;
  } while (bytes[at] === COMMA);
  return bytes[at] === CLOSE_ARRAY ? at + 1 : NOT;
}

/** Tells whether exactly these bytes stand at `start`. */
export function stands(expected: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  return true;
}

/** Returns the end of a key and its colon; `NOT`, too, when the key does not come after the key before. */
function endOfKey(bytes: Uint8Array, start: number, before: number): number {
  const end = endOfPlainString(bytes, start);
  if (end === NOT || bytes[end] !== COLON) return NOT;
  return before === NOT || isBefore(bytes, before, start) ? end + 1 : NOT;
}

/** Compares two keys without escapes by their bytes, which for ASCII is the order of code units. */
function isBefore(bytes: Uint8Array, left: number, right: number): boolean {
  for (let index = 1; ; index += 1) {
    const [one = QUOTE, other = QUOTE] = [bytes[left + index], bytes[right + index]];
    // A key that ends here comes before one that goes on; two keys that end here are the same.
    if (other === QUOTE) return false;
    if (one === QUOTE) return true;
    if (one !== other) return one < other;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
