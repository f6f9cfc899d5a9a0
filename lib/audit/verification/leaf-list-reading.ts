import * as v from 'valibot';
import { type Leaf, leafLine } from '../archive/digests/leaf-list.ts';
import type { Digest } from '../digest.ts';
import { merkleTree } from '../merkle.ts';

/** The list of the leaves that a digest covers. */
export type LeafList = {
  readonly count: number;
  /** Tells whether this line stands for this leaf. Fast, because it compares the text only. */
  says(index: number, leaf: Leaf): boolean;
  /** Tells whether the leaves give the signed root. Only then may anything be concluded from the list. */
  isProven(): boolean;
  leaf(index: number): Leaf | undefined;
};

const leafSchema = v.strictObject({ leaf: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), recordId: v.string() });

/** Reads the list as it was stored. Undefined when the bytes are not text in which each line ends in a line break. */
export function readLeafList(bytes: Buffer, digest: Pick<Digest, 'merkleRoot' | 'records'>): LeafList | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  if (!text.endsWith('\n')) return undefined;
  const lines = text.slice(0, -1).split('\n');
  let proven: boolean | undefined;
  const leaf = (index: number) => leafIn(lines[index]);
  return {
    count: lines.length,
    says: (index, expected) => lines[index] === leafLine(expected),
    isProven() {
      proven ??= lines.length === digest.records && rootOf(lines) === digest.merkleRoot;
      return proven;
    },
    leaf,
  };
}

function leafIn(line: string | undefined): Leaf | undefined {
  try {
    const read = v.safeParse(leafSchema, JSON.parse(line ?? ''));
    return read.success && leafLine(read.output) === line ? read.output : undefined;
  } catch {
    return undefined;
  }
}

function rootOf(lines: readonly string[]): string | undefined {
  const tree = merkleTree();
  for (const line of lines) {
    const read = leafIn(line);
    if (read === undefined) return undefined;
    tree.appendLeaf(read.leaf);
  }
  return tree.root();
}
