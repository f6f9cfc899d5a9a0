import type { Leaf } from '../archive/digests/leaf-list.ts';

/** One line that is not as it was signed. Indices count from 0. */
export type LineDifference =
  | { readonly kind: 'recordChanged'; readonly index: number; readonly was: Leaf }
  | { readonly kind: 'recordRemoved'; readonly index: number; readonly was: Leaf }
  | { readonly kind: 'recordAdded'; readonly index: number }
  | { readonly kind: 'recordMoved'; readonly index: number; readonly from: number; readonly was: Leaf };

/**
 * Finds what was done to the lines of one object, by comparing its leaves with those that were signed. The shortest
 * explanation is given: equal leaves at the beginning and at the end are left alone.
 */
export function compareLines(expected: readonly Leaf[], actual: readonly string[]): readonly LineDifference[] {
  const begin = sharedLength(expected.length, actual.length, (index) => expected[index]?.leaf === actual[index]);
  const rest = Math.min(expected.length, actual.length) - begin;
  const end = sharedLength(rest, rest, (index) => expected.at(-1 - index)?.leaf === actual.at(-1 - index));
  const unmatched = indicesByLeaf(expected, { begin, end: expected.length - end });
  const inPlace = expected.length === actual.length;
  const strange: number[] = [];
  const moves: LineDifference[] = [];
  let latest = -1;
  for (let index = begin; index < actual.length - end; index += 1) {
    const from = takeNearest(unmatched.get(actual[index] ?? ''), index) ?? -1;
    const was = expected[from];
    const isMoved = inPlace ? from !== index : from < latest;
    if (was === undefined) strange.push(index);
    else if (isMoved) moves.push({ kind: 'recordMoved', index, from, was });
    latest = Math.max(latest, from);
  }
  const gone = [...unmatched.values()].flat().sort((left, right) => left - right);
  return [...moves, ...pairs({ strange, gone, expected })];
}

function indicesByLeaf(
  expected: readonly Leaf[],
  { begin, end }: { readonly begin: number; readonly end: number },
): Map<string, number[]> {
  const indices = new Map<string, number[]>();
  for (const [offset, { leaf }] of expected.slice(begin, end).entries()) {
    const same = indices.get(leaf) ?? [];
    same.push(begin + offset);
    indices.set(leaf, same);
  }
  return indices;
}

type Unmatched = {
  readonly strange: readonly number[];
  readonly gone: readonly number[];
  readonly expected: readonly Leaf[];
};

/** Each strange line is paired with a line that is gone, as changed; the lines left over were added, or removed. */
function pairs({ strange, gone, expected }: Unmatched): readonly LineDifference[] {
  return Array.from({ length: Math.max(strange.length, gone.length) }, (_, pair): LineDifference[] => {
    const [index, was] = [strange[pair], expected[gone[pair] ?? -1]];
    if (index !== undefined)
      return [was === undefined ? { kind: 'recordAdded', index } : { kind: 'recordChanged', index, was }];
    return was === undefined ? [] : [{ kind: 'recordRemoved', index: gone[pair] ?? 0, was }];
  }).flat();
}

/** Takes, of equal leaves, the one at the same place, or else the first. */
function takeNearest(indices: number[] | undefined, index: number): number | undefined {
  if (indices === undefined) return undefined;
  const at = indices.indexOf(index);
  return at === -1 ? indices.shift() : indices.splice(at, 1)[0];
}

function sharedLength(left: number, right: number, same: (index: number) => boolean): number {
  const most = Math.min(left, right);
  let shared = 0;
  while (shared < most && same(shared)) shared += 1;
  return shared;
}
