import { changeObjectKey } from './archive-keys.ts';
import { type ArchivedChange, archivedLine } from './archived-change.ts';

export type ChangeObject = { readonly key: string; readonly bytes: Buffer };

/**
 * The object of a batch of changes: one line each, every line ended. Its bytes follow from the changes alone, and its name
 * from the first of them, their number and the time: the same batch at the same time is the same object.
 */
export function changeObject(changes: readonly [ArchivedChange, ...ArchivedChange[]], putAtMs: number): ChangeObject {
  const [first] = changes;
  const key = changeObjectKey({ putAtMs, batch: `${first.sequenceNumber}n${changes.length}` });
  return { key, bytes: Buffer.from(changes.map((change) => `${archivedLine(change)}\n`).join(''), 'utf8') };
}
