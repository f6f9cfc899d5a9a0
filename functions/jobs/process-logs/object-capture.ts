import { MalformedLog } from './malformed-log.ts';

/** CloudTrail writes records of up to 1 MB ("event size expansion"); what is larger must not fill our memory. */
export const MAXIMUM_OBJECT_BYTES = 2 * 1_024 * 1_024;

/** `whole`: the object has ended. `nested`: its first member that is a list or an object begins. `more`: neither yet. */
export type Captured = { readonly found: 'whole' | 'nested' | 'more'; readonly next: number };

export type ObjectCapture = {
  isOpen(): boolean;
  /** Begins an object whose `{` is at this byte of the text; `tellsNested` asks to be told `nested`, once. */
  begin(offset: number, options: { readonly tellsNested: boolean }): void;
  /** Takes bytes of the chunk from `from` on; `next` is the first that was not taken. @throws MalformedLog if too large. */
  take(chunk: Uint8Array, from: number): Captured;
  /** What was taken since `begin`, and where that was; nothing is kept. */
  release(): { readonly bytes: Uint8Array; readonly offset: number };
  /** What was taken so far, as text; it stays. */
  peek(): string;
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** By how much a byte outside a string nests deeper. */
const NESTING = new Int8Array(256);
for (const byte of Buffer.from('{[')) NESTING[byte] = 1;
for (const byte of Buffer.from('}]')) NESTING[byte] = -1;

/** Finds the end of one JSON object in bytes that come in pieces, and keeps them meanwhile. Brackets may be of any kind. */
export function createObjectCapture(): ObjectCapture {
  let parts: Uint8Array[] = [];
  let size = 0;
  let offset = 0;
  let depth = 0;
  let isOpen = false;
  let isInString = false;
  let isEscaped = false;
  let tellsNested = false;

  /** Gives the index after the closing quote, or the end of the chunk. */
  function skipString(chunk: Uint8Array, from: number): number {
    for (let index = from; index < chunk.length; index += 1) {
      const byte = chunk[index];
      if (isEscaped) isEscaped = false;
      else if (byte === BACKSLASH) isEscaped = true;
      else if (byte === QUOTE) {
        isInString = false;
        return index + 1;
      }
    }
    return chunk.length;
  }

  /** Takes one byte outside a string. */
  function step(byte: number): Captured['found'] {
    isInString = byte === QUOTE;
    const change = NESTING[byte] ?? 0;
    depth += change;
    if (change < 0 && depth === 0) return 'whole';
    return change > 0 && depth === 2 && tellsNested ? 'nested' : 'more';
  }

  function scan(chunk: Uint8Array, from: number): Captured {
    let index = from;
    while (index < chunk.length) {
      if (isInString) {
        index = skipString(chunk, index);
        continue;
      }
      const found = step(chunk[index] ?? 0);
      index += 1;
      if (found !== 'more') return { found, next: index };
    }
    return { found: 'more', next: index };
  }

  return {
    isOpen: () => isOpen,
    begin(at, options) {
      offset = at;
      isOpen = true;
      tellsNested = options.tellsNested;
    },
    take(chunk, from) {
      const captured = scan(chunk, from);
      size += captured.next - from;
      if (size > MAXIMUM_OBJECT_BYTES) throw new MalformedLog('record.tooLarge', offset);
      // A copy: what is kept must not hold on to a chunk that is much larger, nor change with it.
      parts.push(Uint8Array.prototype.slice.call(chunk, from, captured.next));
      if (captured.found === 'nested') tellsNested = false;
      return captured;
    },
    release() {
      const bytes = Buffer.concat(parts);
      parts = [];
      size = 0;
      depth = 0;
      isOpen = false;
      return { bytes, offset };
    },
    peek: () => Buffer.concat(parts).toString('latin1'),
  };
}
