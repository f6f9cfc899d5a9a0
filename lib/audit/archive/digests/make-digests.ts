import { BrokerError } from '../../../errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { TransitionLog } from '../../../platform/transition-log.ts';
import { type Digest, digestSha256, NO_DIGEST_SHA256 } from '../../digest.ts';
import type { ArchiveBucket } from '../archive-bucket.ts';
import { digestKey, readChangeObjectKey } from '../archive-keys.ts';
import { hashObjects } from './hash-objects.ts';
import { lastDigest } from './last-digest.ts';
import { type Leaf, leafLine, leafListKey } from './leaf-list.ts';
import { settledObjects } from './settled-objects.ts';
import type { SignDigest } from './sign-digest.ts';
import { signedDigestBytes } from './signed-digest.ts';

export type MakeDigestsDependencies = {
  readonly bucket: ArchiveBucket;
  readonly sign: SignDigest;
  readonly log: TransitionLog;
  readonly clock: Clock;
  readonly config: { readonly deploymentId: string };
};

export type DigestsMade = { readonly made: number };
export type MakeDigests = (invocation: { readonly remainingMs: () => number }) => Promise<DigestsMade>;

/**
 * How old an object must be before a digest covers it. The function that puts objects is stopped after 60 s, so after
 * 120 s no object of an earlier time can still appear, even if the clocks of the machines differ.
 */
export const SETTLE_MS = 120_000;
/** The longest period of a digest that is late; a digest in time covers about the five minutes between two ticks. */
export const LONGEST_PERIOD_MS = 10 * 60_000;
/** The time that must be left before another digest is begun: listing and reading `MOST_OBJECTS` takes less. */
const LEAST_LEFT_MS = 30_000;
/** The time that must be left to go on hashing: what is hashed by then is signed and put. */
const HASHING_LEFT_MS = 15_000;

/**
 * Signs digests from the end of the last one up to two minutes ago: one per tick, even without any record, and several
 * when ticks were late. Two ticks at once make the same digest, and the one that is put first is kept.
 */
export function makeMakeDigests(dependencies: MakeDigestsDependencies): MakeDigests {
  const { bucket, clock } = dependencies;
  let ourLast: Digest | undefined;
  return async ({ remainingMs }) => {
    let previous = await lastDigest(bucket);
    mustFollow(previous, ourLast, dependencies);
    // The time is read once: otherwise the milliseconds that a digest takes would be a period of their own, again and
    // again.
    const settledMs = clock.nowMs() - SETTLE_MS;
    let made = 0;
    do {
      const hasTime = () => remainingMs() >= HASHING_LEFT_MS;
      const next = await nextDigest(previous, { settledMs, hasTime }, dependencies);
      if (next === undefined || !(await signAndPut(next, dependencies))) break;
      ourLast = next.digest;
      previous = next.digest;
      made += 1;
    } while (remainingMs() >= LEAST_LEFT_MS);
    return { made };
  };
}

/** A digest that this process put must still be there: another digest in its place would hide the loss. */
function mustFollow(
  found: Digest | undefined,
  ourLast: Digest | undefined,
  { log }: Pick<MakeDigestsDependencies, 'log'>,
): void {
  if (ourLast === undefined || (found !== undefined && found.sequence >= ourLast.sequence)) return;
  log.transition({ transition: 'digest.gone', explanation: `digest ${ourLast.sequence} is there no more` });
  throw new BrokerError('store.itemInvalid', 'the last digest is there no more');
}

type NextDigest = { readonly digest: Digest; readonly leaves: readonly Leaf[] };

/** Undefined: nothing has settled since the last digest. */
async function nextDigest(
  previous: Digest | undefined,
  { settledMs, hasTime }: { readonly settledMs: number; readonly hasTime: () => boolean },
  { bucket, log, config }: MakeDigestsDependencies,
): Promise<NextDigest | undefined> {
  const fromMs = previous?.toMs ?? 0;
  const latestMs = previous === undefined ? settledMs : Math.min(settledMs, fromMs + LONGEST_PERIOD_MS);
  if (latestMs <= fromMs) return undefined;
  const { keys, foreign, ...settled } = await settledObjects({ fromMs, toMs: latestMs }, bucket);
  if (foreign.length > 0) {
    log.transition({
      transition: 'archive.foreignObject',
      explanation: `${foreign.length} objects are not of changes`,
    });
  }
  const { leaves, ...hashed } = await hashObjects(keys, bucket, hasTime);
  // The next digest begins with the first object that there was no time for.
  const toMs = readChangeObjectKey(keys[hashed.objects.length] ?? '')?.putAtMs ?? settled.toMs;
  const place =
    previous === undefined
      ? { sequence: 0, previousSha256: NO_DIGEST_SHA256 }
      : { sequence: previous.sequence + 1, previousSha256: digestSha256(previous) };
  return { digest: { version: 1, deploymentId: config.deploymentId, ...place, fromMs, toMs, ...hashed }, leaves };
}

/**
 * False: another tick put its own digest. The log line contains the hash, so that the log is a second witness of it.
 */
async function signAndPut(
  { digest, leaves }: NextDigest,
  { bucket, sign, log }: MakeDigestsDependencies,
): Promise<boolean> {
  if (leaves.length > 0) {
    const lines = leaves.map((leaf) => `${leafLine(leaf)}\n`).join('');
    await bucket.putNew(leafListKey(digest), Buffer.from(lines, 'utf8'));
  }
  const signed = await sign(digest);
  if ((await bucket.putNew(digestKey(digest), signedDigestBytes(signed))) === 'taken') return false;
  const explanation = `digest ${digest.sequence} of ${digest.records} records, sha256 ${digestSha256(digest)}`;
  log.transition({ transition: 'digest.signed', explanation });
  return true;
}
