import { BrokerError } from '../../../errors.ts';
import type { Digest } from '../../digest.ts';
import type { ArchiveBucket } from '../archive-bucket.ts';
import { DIGESTS_PREFIX } from '../archive-keys.ts';
import { readSignedDigest } from './signed-digest.ts';

/**
 * The digest that the next one follows; undefined when there is none yet. Throws `store.itemInvalid` when the last
 * object is no signed digest.
 */
export async function lastDigest(
  bucket: Pick<ArchiveBucket, 'foldersOf' | 'keysAfter' | 'read'>,
): Promise<Digest | undefined> {
  const lastDay = (await bucket.foldersOf(DIGESTS_PREFIX)).at(-1);
  if (lastDay === undefined) return undefined;
  let lastKey: string | undefined;
  for await (const page of bucket.keysAfter(lastDay, lastDay)) lastKey = page.at(-1) ?? lastKey;
  const bytes = lastKey === undefined ? undefined : await bucket.read(lastKey);
  if (bytes === undefined) throw new BrokerError('store.unavailable', 'the last digest was listed and cannot be read');
  const reading = readSignedDigest(bytes);
  if (!reading.read) throw new BrokerError('store.itemInvalid', `${lastKey} is no signed digest: ${reading.problem}`);
  return reading.signed.digest;
}
