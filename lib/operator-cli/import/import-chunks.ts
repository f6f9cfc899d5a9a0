import type { FileLine } from './import-file.ts';

/** The limits of the API for one call, with room for what surrounds the lines. */
const MOST_LINES = 100;
const MOST_BYTES = 48 * 1024;
/** The API also counts the keys of a call, at every depth. */
const MOST_KEYS = 2_000;

/**
 * Groups lines into as few calls as possible. A line that is too large by itself is sent alone, and the API refuses it.
 */
export async function* chunksOf(lines: AsyncIterable<FileLine>): AsyncGenerator<readonly FileLine[]> {
  let chunk: FileLine[] = [];
  let bytes = 0;
  let keys = 0;
  for await (const line of lines) {
    const text = JSON.stringify(line);
    const size = Buffer.byteLength(text) + 1;
    const lineKeys = keysIn(line);
    const isFull = chunk.length === MOST_LINES || bytes + size > MOST_BYTES || keys + lineKeys > MOST_KEYS;
    if (isFull && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytes = 0;
      keys = 0;
    }
    chunk.push(line);
    bytes += size;
    keys += lineKeys;
  }
  if (chunk.length > 0) yield chunk;
}

function keysIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + keysIn(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + 1 + keysIn(member), 0);
}
