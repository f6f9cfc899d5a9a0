import { BrokerError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ArchiveBucket } from './archive-bucket.ts';
import type { ArchivedChange } from './archived-change.ts';
import { changeObject } from './change-object.ts';

export type WriteChangesDependencies = {
  readonly bucket: Pick<ArchiveBucket, 'putNew'>;
  readonly clock: Clock;
};

/** Puts the changes into the archive. Throws `store.*`: then some or none of them may be there. */
export type WriteChanges = (changes: readonly ArchivedChange[]) => Promise<void>;

/** Changes that this process has put are remembered: about a day of the busiest hour of a small deployment, in a few MB. */
const REMEMBERED = 20_000;

/**
 * Each batch of changes becomes one object. Lambda hands a batch over again where something after the put failed; what
 * this process has put it does not put again. Another process does: then a change stands twice in the archive, in two
 * objects, with equal bytes, which verification expects. None is ever left out: only what was put is remembered.
 */
export function makeWriteChanges({ bucket, clock }: WriteChangesDependencies): WriteChanges {
  const put = new Set<string>();
  return async (changes) => {
    const [first, ...rest] = changes.filter(({ changeId }) => !put.has(changeId));
    if (first === undefined) return;
    // The time is taken before the put: no digest looks for objects of a time at which one may still be on its way.
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
