import type { ListedObject, ObjectSource } from '../../platform/object-source.ts';

/** Batches of the change stream are 6 MB at the most; an object far beyond that is not read into memory. */
const LARGEST_OBJECT_BYTES = 64 * 1_024 * 1_024;

/**
 * Reads the whole object; undefined when it is larger than any that the archive writes. Rejects when it cannot be read.
 */
export async function readObject(source: ObjectSource, { key, bytes }: ListedObject): Promise<Buffer | undefined> {
  if (bytes > LARGEST_OBJECT_BYTES) return undefined;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source.open(key)) {
    pieces.push(piece);
    size += piece.length;
    if (size > LARGEST_OBJECT_BYTES) return undefined;
  }
  return Buffer.concat(pieces, size);
}
