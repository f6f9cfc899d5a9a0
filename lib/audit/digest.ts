import * as v from 'valibot';
import { canonicalJson } from '../platform/canonical-json.ts';
import { sha256Hex } from '../platform/ids.ts';

/**
 * The statement that is signed every period: which archived objects there are, how many records they hold, the Merkle
 * root over all of them in order, and the hash of the digest before. A period without records has a digest too: silence
 * is a statement.
 */
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

export const digestSchema = v.strictObject({
  version: v.literal(1),
  deploymentId: v.pipe(v.string(), v.regex(/^[a-z0-9]{4,12}$/)),
  /** 0 for the first digest of the deployment, and one more for each later one. */
  sequence: count,
  /** The hash of the digest before this one; 64 zeros in the first digest. */
  previousSha256: sha256,
  /** The period is from `fromMs` (included) to `toMs` (not included), and begins where the one before ended. */
  fromMs: count,
  toMs: count,
  /** The objects that were archived since the digest before, in the order in which their records are hashed. */
  objects: v.array(
    v.strictObject({
      key: v.pipe(v.string(), v.minLength(1)),
      /** The hash of the uncompressed bytes. */
      sha256,
      bytes: count,
      records: count,
    }),
  ),
  records: count,
  /** The root by RFC 6962 over every record of every object, each without its line break. */
  merkleRoot: sha256,
});
export type Digest = v.InferOutput<typeof digestSchema>;

export const NO_DIGEST_SHA256 = '0'.repeat(64);

/** The bytes that are stored, signed and hashed: the same digest always gives the same bytes. */
export function digestBytes(digest: Digest): Buffer {
  return Buffer.from(canonicalJson(digest), 'utf8');
}

export function digestSha256(digest: Digest): string {
  return sha256Hex(canonicalJson(digest));
}

/** Says what is wrong with a digest that follows `previous`, apart from its signature and its records. */
export function linkProblem(digest: Digest, previous: Digest | undefined): string | undefined {
  const expectedSequence = previous === undefined ? 0 : previous.sequence + 1;
  const expectedHash = previous === undefined ? NO_DIGEST_SHA256 : digestSha256(previous);
  if (digest.sequence !== expectedSequence) return `its sequence is ${digest.sequence}, not ${expectedSequence}`;
  if (digest.previousSha256 !== expectedHash) return 'it does not follow from the digest before it';
  if (previous === undefined && digest.fromMs !== 0) return 'it is the first, and does not begin with time itself';
  if (previous !== undefined && digest.fromMs !== previous.toMs)
    return 'its period does not begin where the last ended';
  if (previous !== undefined && digest.deploymentId !== previous.deploymentId) return 'it is of another deployment';
  if (digest.toMs < digest.fromMs) return 'its period ends before it begins';
  const counted = digest.objects.reduce((sum, { records }) => sum + records, 0);
  if (counted !== digest.records) return `its objects hold ${counted} records, and it says ${digest.records}`;
  return undefined;
}
