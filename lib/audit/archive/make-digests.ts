import { sideBySide } from '../../broker/side-by-side.ts';
import { BrokerError } from '../../errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { TransitionLog } from '../../platform/transition-log.ts';
import { type Digest, digestSha256, NO_DIGEST_SHA256 } from '../digest.ts';
import { merkleTree } from '../merkle.ts';
import type { ArchiveBucket } from './archive-bucket.ts';
import { digestKey } from './archive-keys.ts';
import { lastDigest } from './last-digest.ts';
import { digestObject } from './object-lines.ts';
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
 * How old an object must be before a digest counts it. The function that puts objects is stopped after 60 s, so that after
 * 120 s no object of an earlier time can still appear, clocks of different machines included.
 */
export const SETTLE_MS = 120_000;
/** The longest period of a digest that came late; in time it is about the five minutes between two ticks. */
export const LONGEST_PERIOD_MS = 10 * 60_000;
/** What must be left of the invocation before another digest is begun: listing and reading `MOST_OBJECTS` takes less. */
const LEAST_LEFT_MS = 30_000;
/** Objects read at once: each is at most the 6 MB that Lambda hands over. */
const READ_AT_ONCE = 8;

/**
 * Signs digests from where the last one ended up to two minutes ago: one a tick, and of nothing too; several, where ticks
 * were late. Two ticks at once make the same one, and what is put first is kept.
 */
export function makeMakeDigests(dependencies: MakeDigestsDependencies): MakeDigests {
  const { bucket, clock } = dependencies;
  let ourLast: Digest | undefined;
  return async ({ remainingMs }) => {
    let previous = await lastDigest(bucket);
    mustFollow(previous, ourLast, dependencies);
    let made = 0;
    do {
      const next = await nextDigest(previous, clock.nowMs() - SETTLE_MS, dependencies);
      if (next === undefined || !(await signAndPut(next, dependencies))) break;
      ourLast = next;
      previous = next;
      made += 1;
    } while (remainingMs() >= LEAST_LEFT_MS);
    return { made };
  };
}

/** What this process put a while ago must still be there: another digest in its place would hide that it is gone. */
function mustFollow(
  found: Digest | undefined,
  ourLast: Digest | undefined,
  { log }: Pick<MakeDigestsDependencies, 'log'>,
): void {
  if (ourLast === undefined || (found !== undefined && found.sequence >= ourLast.sequence)) return;
  log.transition({ transition: 'digest.gone', explanation: `digest ${ourLast.sequence} is there no more` });
  throw new BrokerError('store.itemInvalid', 'the last digest is there no more');
}

/** Undefined: nothing has settled since the last one. */
async function nextDigest(
  previous: Digest | undefined,
  settledMs: number,
  { bucket, log, config }: MakeDigestsDependencies,
): Promise<Digest | undefined> {
  const fromMs = previous?.toMs ?? 0;
  const latestMs = previous === undefined ? settledMs : Math.min(settledMs, fromMs + LONGEST_PERIOD_MS);
  if (latestMs <= fromMs) return undefined;
  const { keys, toMs, foreign } = await settledObjects({ fromMs, toMs: latestMs }, bucket);
  if (foreign.length > 0) {
    log.transition({
      transition: 'archive.foreignObject',
      explanation: `${foreign.length} objects are not of changes`,
    });
  }
  const tree = merkleTree();
  const objects: Digest['objects'][number][] = [];
  for (let begin = 0; begin < keys.length; begin += READ_AT_ONCE) {
    const some = keys.slice(begin, begin + READ_AT_ONCE);
    for (const { key, bytes } of await readAll(some, bucket)) objects.push(digestObject(tree, key, bytes));
  }
  return {
    version: 1,
    deploymentId: config.deploymentId,
    sequence: previous === undefined ? 0 : previous.sequence + 1,
    previousSha256: previous === undefined ? NO_DIGEST_SHA256 : digestSha256(previous),
    fromMs,
    toMs,
    objects,
    records: tree.count,
    merkleRoot: tree.root(),
  };
}

async function readAll(keys: readonly string[], bucket: Pick<ArchiveBucket, 'read'>) {
  const outcomes = await sideBySide(keys, READ_AT_ONCE, async (key) => ({ key, bytes: await bucket.read(key) }));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    const { key, bytes } = outcome.value;
    if (bytes === undefined) throw new BrokerError('store.unavailable', `${key} was listed and cannot be read`);
    return { key, bytes };
  });
}

/** False: another tick put its own. The line tells the hash, so that the log is a second witness of it. */
async function signAndPut(digest: Digest, { bucket, sign, log }: MakeDigestsDependencies): Promise<boolean> {
  const signed = await sign(digest);
  if ((await bucket.putNew(digestKey(digest), signedDigestBytes(signed))) === 'taken') return false;
  const explanation = `digest ${digest.sequence} of ${digest.records} records, sha256 ${digestSha256(digest)}`;
  log.transition({ transition: 'digest.signed', explanation });
  return true;
}
