import type { ArchiveBucket } from '../archive-bucket.ts';
import { CHANGES_PREFIX, changesFrom, readChangeObjectKey } from '../archive-keys.ts';

/** The most objects of one digest: its JSON stays under half a megabyte, and reading them under half a minute. */
export const MOST_OBJECTS = 2_000;

/**
 * The objects of one period, in order, and the end of the period, which is earlier than requested if there are too
 * many.
 */
export type Period = {
  readonly keys: readonly string[];
  readonly toMs: number;
  /** Keys among them that do not name objects of changes: no code of ours puts such objects. */
  readonly foreign: readonly string[];
};

/** The objects that were put from `fromMs` (included) to `toMs` (not included). */
export async function settledObjects(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  bucket: Pick<ArchiveBucket, 'keysAfter'>,
): Promise<Period> {
  const found: { key: string; putAtMs: number }[] = [];
  const foreign: string[] = [];
  for await (const page of bucket.keysAfter(CHANGES_PREFIX, changesFrom(fromMs))) {
    for (const key of page) {
      const putAtMs = readChangeObjectKey(key)?.putAtMs;
      if (putAtMs === undefined) {
        foreign.push(key);
      } else if (putAtMs < toMs) {
        found.push({ key, putAtMs });
      } else {
        return cutOff(found, { toMs, foreign });
      }
    }
    if (found.length > MOST_OBJECTS && found.at(-1)?.putAtMs !== found[0]?.putAtMs) break;
  }
  return cutOff(found, { toMs, foreign });
}

/** A period never ends between two objects of one millisecond, however many there are. */
function cutOff(
  found: readonly { readonly key: string; readonly putAtMs: number }[],
  { toMs, foreign }: Pick<Period, 'toMs' | 'foreign'>,
): Period {
  const next = found[MOST_OBJECTS];
  const begin = found[0];
  if (next === undefined || begin === undefined) return { keys: found.map(({ key }) => key), toMs, foreign };
  const endMs = Math.max(next.putAtMs, begin.putAtMs + 1);
  return { keys: found.flatMap(({ key, putAtMs }) => (putAtMs < endMs ? [key] : [])), toMs: endMs, foreign };
}
