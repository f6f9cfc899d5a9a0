import { createHash } from 'node:crypto';
import type { Ids } from '../../lib/platform/ids.ts';

/** Ids that repeat from run to run: each uuid and each run of bytes differs from the ones before. */
export function countingIds(): Ids {
  let count = 0;
  return {
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
    randomBytes: (length) => createHash('shake256', { outputLength: length }).update(`bytes ${++count}`).digest(),
  };
}
