import { createHash } from 'node:crypto';
import type { Digest } from '../digest.ts';
import type { MerkleTree } from '../merkle.ts';

const LINE_BREAK = 0x0a;

/**
 * The records of one object of changes: what stands before each line break. What stands behind the last one is a record
 * too, which no object of ours has: it is hashed with the others, so that whoever verifies meets it.
 */
export function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let begin = 0;
  for (let end = bytes.indexOf(LINE_BREAK); end !== -1; end = bytes.indexOf(LINE_BREAK, begin)) {
    yield bytes.subarray(begin, end);
    begin = end + 1;
  }
  if (begin < bytes.length) yield bytes.subarray(begin);
}

/** Adds every record of an object to the tree, and says what the digest says of the object. */
export function digestObject(tree: MerkleTree, key: string, bytes: Uint8Array): Digest['objects'][number] {
  let records = 0;
  for (const line of linesOf(bytes)) {
    tree.append(line);
    records += 1;
  }
  return { key, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, records };
}
