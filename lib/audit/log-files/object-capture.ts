/** CloudTrail writes records of up to 1 MB ("event size expansion"); a larger object must not fill our memory. */
export const MAXIMUM_OBJECT_BYTES = 2 * 1_024 * 1_024;

/**
 * `whole`: the object has ended. `nested`: its first member that is a list or an object begins. `brokenString`: the
 * next byte is a line break inside a string, which JSON does not allow. `tooLarge`: the object has no end within the
 * size of a record. `more`: none of these yet.
 */
export type Captured = {
  readonly found: 'whole' | 'nested' | 'brokenString' | 'tooLarge' | 'more';
  readonly next: number;
};

export type ObjectCapture = {
  isOpen(): boolean;
  /**
   * Begins an object whose `{` is at this byte of the text. At the top level, `nested` is reported once, and
   * `brokenString` as well.
   */
  begin(offset: number, options: { readonly isTopLevel: boolean }): void;
  /** Takes bytes of the chunk from `from` on; `next` is the first byte that was not taken. */
  take(chunk: Uint8Array, from: number): Captured;
  /** The bytes that were taken since `begin`, and the offset where they began; nothing is kept. */
  release(): { readonly bytes: Uint8Array; readonly offset: number };
  /** The text that was taken so far; it is kept. */
  peek(): string;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
/** The bytes that have a meaning inside a string. */
const MARKS = new Uint8Array(256);
for (const byte of [QUOTE, BACKSLASH, LINE_FEED]) MARKS[byte] = 1;
/** By how much a byte outside a string changes the depth of nesting. */
const NESTING = new Int8Array(256);
for (const byte of Buffer.from('{[')) NESTING[byte] = 1;
for (const byte of Buffer.from('}]')) NESTING[byte] = -1;

/**
 * Finds the end of one JSON object in bytes that come in pieces, and keeps the pieces meanwhile. Kinds of brackets are
 * not told apart.
 */
export function createObjectCapture(): ObjectCapture {
  let parts: Uint8Array[] = [];
  let size = 0;
  let offset = 0;
  let depth = 0;
  let isOpen = false;
  let isInString = false;
  /** How many bytes of the next chunk are escaped by a backslash at the end of this one. */
  let escaped = 0;
  /** The next byte of the chunk that is being taken. */
  let at = 0;
  let tellsNested = false;
  let tellsBroken = false;

  function passString(chunk: Uint8Array): Captured['found'] {
    for (at = nextMark(chunk, at + escaped); at < chunk.length; at = nextMark(chunk, at + 1)) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        isInString = false;
        escaped = 0;
        at += 1;
        return 'more';
      }
      if (byte === BACKSLASH) at += 1;
      else if (tellsBroken) return 'brokenString';
    }
    escaped = at - chunk.length;
    at = chunk.length;
    return 'more';
  }

  /** Takes one byte outside a string. */
  function step(byte: number): Captured['found'] {
    at += 1;
    isInString = byte === QUOTE;
    const change = NESTING[byte] ?? 0;
    depth += change;
    if (change < 0 && depth === 0) return 'whole';
    return change > 0 && depth === 2 && tellsNested ? 'nested' : 'more';
  }

  function scan(chunk: Uint8Array, from: number): Captured {
    let found: Captured['found'] = 'more';
    at = from;
    while (found === 'more' && at < chunk.length) found = isInString ? passString(chunk) : step(chunk[at] ?? 0);
    return { found, next: at };
  }

  return {
    isOpen: () => isOpen,
    begin(at, options) {
      offset = at;
      isOpen = true;
      tellsNested = options.isTopLevel;
      tellsBroken = options.isTopLevel;
    },
    take(chunk, from) {
      const captured = scan(chunk, from);
      size += captured.next - from;
      // A copy, so that what is kept neither holds on to a much larger chunk nor changes with it.
      parts.push(Uint8Array.prototype.slice.call(chunk, from, captured.next));
      if (size > MAXIMUM_OBJECT_BYTES) return { found: 'tooLarge', next: captured.next };
      if (captured.found === 'nested') tellsNested = false;
      return captured;
    },
    release() {
      const bytes = Buffer.concat(parts);
      parts = [];
      size = 0;
      depth = 0;
      isOpen = false;
      isInString = false;
      escaped = 0;
      return { bytes, offset };
    },
    peek: () => Buffer.concat(parts).toString('latin1'),
  };
}

/** The index of the next byte that has a meaning inside a string, or one past the end. */
function nextMark(chunk: Uint8Array, from: number): number {
  let index = from;
  while (index < chunk.length && MARKS[chunk[index] ?? 0] === 0) index += 1;
  return index;
}
