import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleTree } from '../../../lib/audit/merkle.ts';

/** The definition of RFC 6962, section 2.1, word for word: recursive, and not how the tree is built. */
function rootByDefinition(records: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const [first, ...others] = records;
  if (first === undefined) return sha256();
  if (others.length === 0) return sha256(Buffer.of(0), first);
  let split = 1;
  while (split * 2 < records.length) split *= 2;
  return sha256(Buffer.of(1), rootByDefinition(records.slice(0, split)), rootByDefinition(records.slice(split)));
}

function rootOf(records: readonly Uint8Array[]): string {
  const tree = merkleTree();
  for (const record of records) tree.append(record);
  expect(tree.count).toBe(records.length);
  return tree.root();
}

/** Inputs and roots of the reference implementation of Certificate Transparency (merkle_tree_test). */
const REFERENCE = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const REFERENCE_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('a Merkle tree', () => {
  it('has the SHA-256 of nothing as the root of nothing', () => {
    expect(rootOf([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it.each(REFERENCE_ROOTS.map((root, index) => ({ count: index + 1, root })))(
    'has the root of the reference implementation for $count records',
    ({ count, root }) => {
      expect(rootOf(REFERENCE.slice(0, count).map((hex) => Buffer.from(hex, 'hex')))).toBe(root);
    },
  );

  it('agrees with the definition for any records', () => {
    const records = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 70 });
    fc.assert(fc.property(records, (list) => rootOf(list) === rootByDefinition(list).toString('hex')));
  });

  it('changes with every change of one byte, one place, one record more or less', () => {
    const record = fc.uint8Array({ minLength: 1, maxLength: 8 });
    const records = fc.uniqueArray(record, { minLength: 2, maxLength: 20, selector: (bytes) => bytes.join() });
    fc.assert(
      fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, at, flip) => {
        const root = rootOf(list);
        const index = at % list.length;
        const flipped = list.map((bytes, place) => (place === index ? bytes.with(0, (bytes[0] ?? 0) ^ flip) : bytes));
        expect(rootOf(flipped)).not.toBe(root);
        expect(rootOf(list.toSpliced(index, 1))).not.toBe(root);
        expect(rootOf(list.toReversed())).not.toBe(root);
        expect(rootOf([...list, ...list.slice(-1)])).not.toBe(root);
      }),
    );
  });

  it('does not take a node for a record', () => {
    const records = REFERENCE.slice(0, 2).map((hex) => Buffer.from(hex, 'hex'));
    const hashes = records.map((bytes) => createHash('sha256').update(Buffer.of(0)).update(bytes).digest());
    expect(rootOf([Buffer.concat(hashes)])).not.toBe(rootOf(records));
  });
});
