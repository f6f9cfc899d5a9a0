import { changeObjectKey } from './archive-keys.ts';
import { type ArchivedChange, archivedLine } from './archived-change.ts';

export type ChangeObject = { readonly key: string; readonly bytes: Buffer };

/**
 * Makes the object of a batch of changes: one line each, every line with its line break. The bytes follow from the
 * changes alone, and the name from the first change, the number of changes and the time: the same batch at the same
 * time gives the same object.
 */
export function changeObject(changes: readonly [ArchivedChange, ...ArchivedChange[]], putAtMs: number): ChangeObject {
  const [first] = changes;
  const key = changeObjectKey({ putAtMs, batch: `${first.sequenceNumber}n${changes.length}` });
  return { key, bytes: Buffer.from(changes.map((change) => `${archivedLine(change)}\n`).join(''), 'utf8') };
}
