import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Digest } from '../../digest.ts';
import type { MerkleTree } from '../../merkle.ts';
import type { Leaf } from './leaf-list.ts';

const LINE_BREAK = 0x0a;

/**
 * The records of one object of changes: the bytes before each line break. Bytes behind the last line break are a record
 * too. No object of ours has such bytes; they are hashed with the others, so that verification meets them.
 */
export function* linesOf(bytes: Uint8Array): Generator<Uint8Array> {
  let begin = 0;
  for (let end = bytes.indexOf(LINE_BREAK); end !== -1; end = bytes.indexOf(LINE_BREAK, begin)) {
    yield bytes.subarray(begin, end);
    begin = end + 1;
  }
  if (begin < bytes.length) yield bytes.subarray(begin);
}

export type HashedObject = { readonly object: Digest['objects'][number]; readonly leaves: readonly Leaf[] };

/** Adds every record of an object to the tree, and returns the digest's entry for the object. */
export function digestObject(tree: MerkleTree, key: string, bytes: Uint8Array): HashedObject {
  const leaves = [...linesOf(bytes)].map((line) => ({ leaf: tree.append(line), recordId: recordIdIn(line) }));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { object: { key, sha256, bytes: bytes.length, records: leaves.length }, leaves };
}

const named = v.object({ recordId: v.string() });

/** Empty when the line names no record; the line is hashed all the same. */
function recordIdIn(line: Uint8Array): string {
  try {
    const read = v.safeParse(
      named,
      JSON.parse(Buffer.from(line.buffer, line.byteOffset, line.length).toString('utf8')),
    );
    return read.success ? read.output.recordId : '';
  } catch {
    return '';
  }
}
