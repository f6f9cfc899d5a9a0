import { createHash } from 'node:crypto';

/**
 * The Merkle tree over the records of one period, as RFC 6962 (section 2.1) has it: a leaf is hashed behind a 0x00, an
 * inner node behind a 0x01, so that no record can pass for a node. The tree is built while records arrive and keeps one
 * hash for each level, however many there are.
 */
export type MerkleTree = {
  /** Adds one record: exactly the bytes that are archived. */
  append(record: Uint8Array): void;
  readonly count: number;
  /** 64 hexadecimal digits; of no records, the SHA-256 of nothing. */
  root(): string;
};

const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

export function merkleTree(): MerkleTree {
  /** At index n: the root of a full subtree of 2^n records, where the count has that bit. */
  const full: (Buffer | undefined)[] = [];
  let count = 0;
  return {
    append(record) {
      let hash = leafHash(record);
      let level = 0;
      for (let left = full[level]; left !== undefined; left = full[level]) {
        hash = nodeHash(left, hash);
        full[level] = undefined;
        level += 1;
      }
      full[level] = hash;
      count += 1;
    },
    get count() {
      return count;
    },
    root() {
      const smallestFirst = full.filter((hash) => hash !== undefined);
      const [smallest, ...larger] = smallestFirst;
      if (smallest === undefined) return createHash('sha256').digest('hex');
      return larger.reduce((right, left) => nodeHash(left, right), smallest).toString('hex');
    },
  };
}

export function leafHash(record: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(record).digest();
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}
