import { BrokerError } from '../../../errors.ts';
import { runConcurrently } from '../../../platform/run-concurrently.ts';
import type { Digest } from '../../digest.ts';
import { merkleTree } from '../../merkle.ts';
import type { ArchiveBucket } from '../archive-bucket.ts';
import { readChangeObjectKey } from '../archive-keys.ts';
import { digestObject } from './digest-object.ts';
import type { Leaf } from './leaf-list.ts';

/** How many objects are read at once: each is at most the 6 MB of one batch from Lambda. */
const READ_AT_ONCE = 8;

export type HashedObjects = Pick<Digest, 'objects' | 'records' | 'merkleRoot'> & { readonly leaves: readonly Leaf[] };

/**
 * Reads the objects as they stand in the archive, and hashes every record of them, in their order. When time runs out
 * it stops, but never before the first `READ_AT_ONCE` objects, and never between two objects of one millisecond. Others
 * decide how large objects are, and a digest that cannot be finished would be begun again for ever.
 */
export async function hashObjects(
  keys: readonly string[],
  bucket: Pick<ArchiveBucket, 'read'>,
  hasTime: () => boolean,
): Promise<HashedObjects> {
  const tree = merkleTree();
  const objects: Digest['objects'][number][] = [];
  const leaves: Leaf[] = [];
  for (let begin = 0; begin < keys.length; begin += READ_AT_ONCE) {
    const mayStop = begin > 0 && putAt(keys[begin]) !== putAt(keys[begin - 1]);
    if (mayStop && !hasTime()) break;
    for (const { key, bytes } of await readAll(keys.slice(begin, begin + READ_AT_ONCE), bucket)) {
      const hashed = digestObject(tree, key, bytes);
      objects.push(hashed.object);
      leaves.push(...hashed.leaves);
    }
  }
  return { objects, leaves, records: tree.count, merkleRoot: tree.root() };
}

function putAt(key = ''): number | undefined {
  return readChangeObjectKey(key)?.putAtMs;
}

async function readAll(keys: readonly string[], bucket: Pick<ArchiveBucket, 'read'>) {
  const outcomes = await runConcurrently(keys, READ_AT_ONCE, async (key) => ({ key, bytes: await bucket.read(key) }));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    const { key, bytes } = outcome.value;
    if (bytes === undefined) throw new BrokerError('store.unavailable', `${key} was listed and cannot be read`);
    return { key, bytes };
  });
}
