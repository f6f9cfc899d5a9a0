import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ArchiveBucket } from '../../../lib/audit/archive/archive-bucket.ts';
import type { ArchivedChange } from '../../../lib/audit/archive/archived-change.ts';
import { makeMakeDigests } from '../../../lib/audit/archive/digests/make-digests.ts';
import type { SignDigest } from '../../../lib/audit/archive/digests/sign-digest.ts';
import { makeWriteChanges } from '../../../lib/audit/archive/write-changes.ts';
import { type Digest, digestBytes } from '../../../lib/audit/digest.ts';
import type { Period } from '../../../lib/audit/verification/archive-steps.ts';
import { type PublicKey, readPublicKey } from '../../../lib/audit/verification/public-keys.ts';
import { type ArchiveReport, verifyArchive } from '../../../lib/audit/verification/verify-archive.ts';
import type { ObjectSource } from '../../../lib/platform/object-source.ts';
import { type FrozenClock, frozenClock } from '../frozen-clock.ts';
import { recordedTransitions } from '../recorded-transitions.ts';

/** What lies in an archive, by its keys. */
export type Files = ReadonlyMap<string, Buffer>;

export type Signer = { readonly publicKey: PublicKey; readonly pem: string; readonly sign: SignDigest };

/** A key that signs as KMS does. */
export function aSigner(keyId = 'arn:aws:kms:eu-west-1:111111111111:key/digests'): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const read = readPublicKey(pem);
  if (!read.read) throw new Error(read.problem);
  return { publicKey: read.publicKey, pem, sign: async (digest) => signedBy(privateKey, digest, keyId) };
}

function signedBy(privateKey: KeyObject, digest: Digest, keyId: string) {
  const value = sign('sha256', digestBytes(digest), privateKey).toString('base64');
  return { version: 1 as const, digest, signature: { algorithm: 'ECDSA_SHA_256' as const, keyId, value } };
}

export type ArchiveWorld = {
  readonly files: Map<string, Buffer>;
  readonly clock: FrozenClock;
  /** Puts one object. */
  write(changes: readonly ArchivedChange[]): Promise<void>;
  /** Five minutes later, signs what has settled. */
  tick(signer?: Signer): Promise<void>;
};

/** An archive in memory that the archive's own code writes. */
export function anArchive(signer: Signer): ArchiveWorld {
  const files = new Map<string, Buffer>();
  const clock = frozenClock();
  const bucket = bucketOf(files);
  const write = () => makeWriteChanges({ bucket, clock });
  return {
    files,
    clock,
    async write(changes) {
      clock.advance(1_000);
      await write()(changes);
    },
    async tick(by = signer) {
      clock.advance(300_000);
      const made = { bucket, sign: by.sign, log: recordedTransitions(), clock, config: { deploymentId: 'local1' } };
      await makeMakeDigests(made)({ remainingMs: () => 60_000 });
    },
  };
}

function bucketOf(files: Map<string, Buffer>): ArchiveBucket {
  const keys = (prefix: string) => [...files.keys()].filter((key) => key.startsWith(prefix)).sort();
  return {
    async putNew(key, bytes) {
      const there = files.get(key);
      if (there !== undefined) return there.equals(bytes) ? 'there' : 'taken';
      files.set(key, Buffer.from(bytes));
      return 'put';
    },
    read: async (key) => files.get(key),
    async *keysAfter(prefix, after) {
      yield keys(prefix).filter((key) => key > after);
    },
    foldersOf: async (prefix) => [
      ...new Set(keys(prefix).map((key) => key.slice(0, key.indexOf('/', prefix.length) + 1))),
    ],
  };
}

/** The same archive, as it is read. */
export function sourceOf(files: Files): ObjectSource {
  return {
    name: 'memory',
    async *list(prefix = '') {
      const keys = [...files.keys()].filter((key) => key.startsWith(prefix)).sort();
      for (const key of keys) yield { key, bytes: files.get(key)?.length ?? 0 };
    },
    async *open(key) {
      const bytes = files.get(key);
      if (bytes === undefined) throw new Error(`there is no ${key}`);
      // In two pieces, as it may come.
      yield bytes.subarray(0, bytes.length >> 1);
      yield bytes.subarray(bytes.length >> 1);
    },
  };
}

export type Verifying = {
  readonly signers: readonly Signer[];
  readonly nowMs: number;
  readonly period?: Period;
};

export function verify(files: Files, { signers, nowMs, period = {} }: Verifying): Promise<ArchiveReport> {
  return verifyArchive({
    source: sourceOf(files),
    publicKeys: signers.map(({ publicKey }) => publicKey),
    nowMs,
    period,
  });
}
