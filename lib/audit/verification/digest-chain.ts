import type { ListedObject, ObjectSource } from '../../platform/object-source.ts';
import { digestKey } from '../archive/archive-keys.ts';
import { readSignedDigest, type SignedDigest, signatureHolds } from '../archive/digests/signed-digest.ts';
import { type Digest, linkProblem } from '../digest.ts';
import type { KeyNames } from './key-names.ts';
import type { PublicKey } from './public-keys.ts';
import { readAhead } from './read-ahead.ts';
import { readObject } from './read-object.ts';
import type { Report } from './verification-finding.ts';

export type ChainOptions = {
  readonly source: ObjectSource;
  readonly publicKeys: readonly PublicKey[];
  readonly report: Report;
  readonly keyNames: KeyNames;
  /** The chain begins in the middle: nothing before the first digest is asked for. */
  readonly isPartial: boolean;
};

export type ProvenDigest = { readonly key: string; readonly digest: Digest };

const NAME = /^digests\/dt=\d{4}-\d{2}-\d{2}\/(\d{12})\.json$/;
/** Digests are small, and a request for each takes its time. */
const READ_AHEAD = 32;

/**
 * Yields the digests in their order, each only if a given key signed it. A problem of a digest is reported, and the
 * chain begins anew with the next one: nothing is concluded from a digest that is not proven.
 */
export async function* provenDigests(
  listed: AsyncIterable<ListedObject>,
  options: ChainOptions,
): AsyncGenerator<ProvenDigest, void> {
  const files = readAhead(listed, {
    count: READ_AHEAD,
    work: async (object) => ({ key: object.key, bytes: await readObject(options.source, object) }),
  });
  const place: Place = { previous: undefined, sequence: options.isPartial ? undefined : 0 };
  for await (const { key, bytes } of files) {
    const sequence = Number(NAME.exec(key)?.[1] ?? Number.NaN);
    if (Number.isNaN(sequence)) {
      options.report({ kind: 'nameUnknown', object: key, explanation: 'no digest has such a name' });
      continue;
    }
    const digest = readProven({ key, bytes, sequence }, options);
    const follows = isInPlace({ key, sequence, digest }, place, options.report);
    place.sequence = Math.max(sequence + 1, place.sequence ?? 0);
    place.previous = follows ? digest : undefined;
    if (digest !== undefined && follows) yield { key, digest };
  }
}

/** What the next digest has to follow; an undefined part is unknown. */
type Place = { previous: Digest | undefined; sequence: number | undefined };
type DigestFile = { readonly key: string; readonly bytes: Buffer | undefined; readonly sequence: number };

function readProven({ key, bytes }: DigestFile, { report, publicKeys, keyNames }: ChainOptions): Digest | undefined {
  const read = bytes === undefined ? { read: false as const, problem: 'it is far too large' } : readSignedDigest(bytes);
  if (!read.read) {
    report({ kind: 'digestUnreadable', object: key, explanation: read.problem });
    return undefined;
  }
  const { signed } = read;
  const signedBy = publicKeys.find((publicKey) => signatureHolds(signed, publicKey.key));
  if (signedBy === undefined) {
    report({ kind: 'signatureWrong', object: key, explanation: explainSignature(signed) });
    return undefined;
  }
  if (digestKey(signed.digest) !== key) {
    report({ kind: 'digestMisplaced', object: key, explanation: `its name is ${digestKey(signed.digest)}` });
    return undefined;
  }
  keyNames.see(signedBy, { keyId: signed.signature.keyId, digest: signed.digest, object: key });
  return signed.digest;
}

function explainSignature({ signature }: SignedDigest): string {
  return `none of the given keys signed it; it says that ${signature.keyId} did`;
}

type Found = { readonly key: string; readonly sequence: number; readonly digest: Digest | undefined };

function isInPlace({ key, sequence, digest }: Found, { previous, sequence: expected }: Place, report: Report): boolean {
  if (expected !== undefined && sequence > expected) {
    const missing = sequence === expected + 1 ? `digest ${expected} is` : `digests ${expected} to ${sequence - 1} are`;
    report({ kind: 'digestMissing', object: key, explanation: `${missing} missing before it` });
    return true;
  }
  if (expected !== undefined && sequence < expected) {
    report({ kind: 'chainBroken', object: key, explanation: `digest ${sequence} is there a second time` });
    return false;
  }
  const isFirst = expected === 0;
  if (digest === undefined || (previous === undefined && !isFirst)) return true;
  const problem = linkProblem(digest, previous);
  if (problem !== undefined) report({ kind: 'chainBroken', object: key, explanation: problem });
  return problem === undefined;
}
