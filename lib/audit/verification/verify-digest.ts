import { type Leaf, leafListKey } from '../archive/digests/leaf-list.ts';
import type { Digest } from '../digest.ts';
import { merkleTree } from '../merkle.ts';
import type { Line } from './examine-line.ts';
import { type LeafList, readLeafList } from './leaf-list-reading.ts';
import type { Report } from './verification-finding.ts';

export type DigestVerification = {
  /** The leaves of the next object as they were signed; undefined when nobody can tell. */
  nextLeaves(records: number): readonly Leaf[] | undefined;
  /** Called when the next object has been examined. */
  pass(object: { readonly records: number; readonly isIntact: boolean; readonly lines: readonly Line[] }): void;
  /** Called once, after the last object of the digest. */
  conclude(): void;
};

type Input = {
  readonly key: string;
  readonly digest: Digest;
  /** The bytes of the list of its leaves, as it lies in the archive. */
  readonly list: Buffer | undefined;
};

/** Compares one proven digest with the objects that it covers, one after the other. */
export function verifyDigest({ key, digest, list: bytes }: Input, report: Report): DigestVerification {
  const listKey = leafListKey(digest);
  const list = bytes === undefined ? undefined : readLeafList(bytes, digest);
  const tree = merkleTree();
  let passed = 0;
  let isIntact = true;
  let listProblem = bytes !== undefined && list === undefined ? 'it is no text of lines' : undefined;

  function compare(lines: readonly Line[]): void {
    for (const [offset, { leaf, recordId, problems }] of lines.entries()) {
      tree.appendLeaf(leaf);
      const index = passed + offset;
      const isSaid = problems.length > 0 ? list?.leaf(index)?.leaf === leaf : list?.says(index, { leaf, recordId });
      if (isSaid === false) listProblem ??= `its line ${index + 1} is not that of the record ${recordId}`;
    }
  }

  return {
    nextLeaves: (records) =>
      list?.isProven() === true
        ? Array.from({ length: records }, (_, offset) => list.leaf(passed + offset)).filter(
            (leaf) => leaf !== undefined,
          )
        : undefined,
    pass(object) {
      if (object.isIntact) compare(object.lines);
      else isIntact = false;
      passed += object.records;
    },
    conclude() {
      if (isIntact && tree.root() !== digest.merkleRoot) {
        report({ kind: 'merkleRootWrong', object: key, explanation: 'its Merkle root is not that of its records' });
      }
      if (bytes === undefined && digest.records > 0) {
        report({
          kind: 'leafListMissing',
          object: listKey,
          explanation: `the list of what ${key} covers is not there`,
        });
      }
      listProblem ??= list === undefined ? undefined : problemOf(list, { records: digest.records, isIntact });
      if (listProblem !== undefined) report({ kind: 'leafListWrong', object: listKey, explanation: listProblem });
    },
  };
}

function problemOf(
  list: LeafList,
  { records, isIntact }: { readonly records: number; readonly isIntact: boolean },
): string | undefined {
  if (list.count !== records) return `it has ${list.count} lines, and ${records} records were signed`;
  // If all objects are what was signed, the list was already compared with them line by line.
  return isIntact || list.isProven() ? undefined : 'its leaves are not those that were signed';
}
