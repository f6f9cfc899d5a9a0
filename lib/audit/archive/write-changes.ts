import { BrokerError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ArchiveBucket } from './archive-bucket.ts';
import type { ArchivedChange } from './archived-change.ts';
import { changeObject } from './change-object.ts';

export type WriteChangesDependencies = {
  readonly bucket: Pick<ArchiveBucket, 'putNew'>;
  readonly clock: Clock;
};

/** Puts the changes into the archive. Throws `store.*`: some or none of them may then be there. */
export type WriteChanges = (changes: readonly ArchivedChange[]) => Promise<void>;

/** How many put changes this process remembers: about a day of the busiest hour of a small deployment, in a few MB. */
const REMEMBERED = 20_000;

/**
 * Each batch of changes becomes one object. Lambda delivers a batch again when something after the put failed; this
 * process does not put a change again that it has put. Another process does: the change then stands in the archive
 * twice, in two objects with equal bytes, which verification expects. No change is ever left out, because only changes
 * that were put are remembered.
 */
export function makeWriteChanges({ bucket, clock }: WriteChangesDependencies): WriteChanges {
  const put = new Set<string>();
  return async (changes) => {
    const [first, ...rest] = changes.filter(({ changeId }) => !put.has(changeId));
    if (first === undefined) return;
    // The time is read before the put: no digest covers a time whose objects may still be on their way.
    const { key, bytes } = changeObject([first, ...rest], clock.nowMs());
    if ((await bucket.putNew(key, bytes)) === 'taken') {
      throw new BrokerError('store.unavailable', 'another object stands where a batch of changes was to be put');
    }
    for (const { changeId } of [first, ...rest]) put.add(changeId);
    for (const oldest of put) {
      if (put.size <= REMEMBERED) break;
      put.delete(oldest);
    }
  };
}
