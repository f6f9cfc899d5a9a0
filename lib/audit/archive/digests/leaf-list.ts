/**
 * The list beside each digest that covers records: one line for each leaf of its Merkle tree, in order, with the record
 * of that leaf. The list needs no trust, because its leaves must give the signed root. When an object is not what was
 * signed, the list shows which of its lines was changed, removed, added or moved.
 */
const LEAVES_PREFIX = 'leaves/';

export type Leaf = {
  /** Hash of the leaf, as the tree has it (RFC 6962): 64 hexadecimal digits. */
  readonly leaf: string;
  readonly recordId: string;
};

/**
 * `leaves/dt=2026-11-21/000000000042-<merkleRoot>.jsonl`. The name contains the root, so that two processes that make
 * the same digest at once, over different periods, use different keys. The list is put before the digest.
 */
export function leafListKey(digest: {
  readonly sequence: number;
  readonly toMs: number;
  readonly merkleRoot: string;
}): string {
  const day = new Date(digest.toMs).toISOString().slice(0, 10);
  return `${LEAVES_PREFIX}dt=${day}/${String(digest.sequence).padStart(12, '0')}-${digest.merkleRoot}.jsonl`;
}

/** One line, without its line break: canonical JSON. Every line of the object ends in "\n". */
export function leafLine({ leaf, recordId }: Leaf): string {
  return `{"leaf":"${leaf}","recordId":${JSON.stringify(recordId)}}`;
}
