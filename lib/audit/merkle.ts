import { hash as hashOnce } from 'node:crypto';

/**
 * The Merkle tree over the records of one period, by RFC 6962 (section 2.1): a leaf is hashed behind a 0x00 and an
 * inner node behind a 0x01, so that no record can pass for a node. The tree is built while records arrive and keeps one
 * hash for each level, however many records there are.
 */
export type MerkleTree = {
  /** Adds one record, exactly the bytes that are archived. Returns its leaf: 64 hexadecimal digits. */
  append(record: Uint8Array): string;
  /** Adds a record by its leaf. */
  appendLeaf(leaf: string): void;
  readonly count: number;
  /** 64 hexadecimal digits; for no records, the SHA-256 of nothing. */
  root(): string;
};

const LEAF = 0x00;
const NODE = 0x01;
const HASH_BYTES = 32;

export function merkleTree(): MerkleTree {
  /** Index n holds the root of a full subtree of 2^n records, where the count has that bit. */
  const full: (string | undefined)[] = [];
  let count = 0;
  const appendLeaf = (leaf: string) => {
    let hash = leaf;
    let level = 0;
    for (let left = full[level]; left !== undefined; left = full[level]) {
      hash = nodeHash(left, hash);
      full[level] = undefined;
      level += 1;
    }
    full[level] = hash;
    count += 1;
  };
  return {
    append(record) {
      const leaf = leafHash(record);
      appendLeaf(leaf);
      return leaf;
    },
    appendLeaf,
    get count() {
      return count;
    },
    root() {
      const smallestFirst = full.filter((hash) => hash !== undefined);
      const [smallest, ...larger] = smallestFirst;
      if (smallest === undefined) return hashOnce('sha256', '');
      return larger.reduce((right, left) => nodeHash(left, right), smallest);
    },
  };
}

/** The leaf of one record: 64 hexadecimal digits. */
export function leafHash(record: Uint8Array): string {
  const size = record.length + 1;
  if (behindLeaf.length < size) behindLeaf = withPrefix(LEAF, size * 2);
  behindLeaf.set(record, 1);
  return hashOnce('sha256', behindLeaf.subarray(0, size));
}

function nodeHash(left: string, right: string): string {
  const written =
    behindNode.write(left, 1, HASH_BYTES, 'hex') + behindNode.write(right, 1 + HASH_BYTES, HASH_BYTES, 'hex');
  // A shorter write would leave bytes of the nodes before in the buffer.
  if (written !== 2 * HASH_BYTES) throw new TypeError('a leaf is not 64 hexadecimal digits');
  return hashOnce('sha256', behindNode);
}

// One call over one piece of memory: for a record of a kilobyte, that is twice as fast as a hash fed in pieces.
let behindLeaf = withPrefix(LEAF, 8_192);
const behindNode = withPrefix(NODE, 1 + 2 * HASH_BYTES);

function withPrefix(prefix: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer[0] = prefix;
  return buffer;
}
