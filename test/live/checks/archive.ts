import { createHash } from 'node:crypto';
import { KMSClient, type MessageType, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Ground } from '../ground.ts';
import type { LiveCheck } from '../live-check.ts';
import { outcomeInTime, outcomeOf, told } from '../outcome.ts';

/** What nobody may undo: objects that are put once, and signatures over digests alone. */
export const archiveChecks: readonly LiveCheck[] = [
  {
    name: 'if-none-match',
    question: 'Does a Deny by s3:if-none-match in a bucket policy leave only puts of new objects?',
    documents: 'A condition key of PutObject since 2024; for a bucket with Object Lock nothing is said.',
    asked: 'A put with If-None-Match: *, the same again, and one without, under the packaged Deny.',
    expected: 'new: allowed · again: PreconditionFailed · without: denied',
    means: 'Otherwise whoever is archive-audit can put a newer version over an object.',
    async ask(ground) {
      const key = `live/${ground.suffix}/if-none-match`;
      return told({
        new: await outcomeInTime(ground, () => put(ground, key)),
        again: await outcomeOf(() => put(ground, key)),
        without: await outcomeOf(() => put(ground, `${key}-without`, {})),
      });
    },
  },
  {
    name: 'object-lock',
    question: 'Does a put without a checksum of our own pass Object Lock, and does the object stay?',
    documents: 'A put under Object Lock needs Content-MD5 or a checksum; the SDK adds CRC32 by itself.',
    asked: 'A put by the SDK’s defaults, then the removal of its version without a right to bypass.',
    expected: 'put: allowed · removal: denied',
    means: 'Otherwise nothing is archived, or what is archived does not stay.',
    needsAws: 'its buckets keep no versions',
    async ask(ground) {
      const Key = `live/${ground.suffix}/object-lock`;
      let VersionId: string | undefined;
      const putting = await outcomeInTime(ground, async () => {
        VersionId = (await put(ground, Key)).VersionId;
      });
      const s3 = new S3Client(ground.accounts.broker.administrator);
      const removal = new DeleteObjectCommand({ Bucket: ground.archive.bucket, Key, VersionId });
      return told({ put: putting, removal: await outcomeOf(() => s3.send(removal)) });
    },
  },
  {
    name: 'signing-conditions',
    question: 'Do kms:MessageType and kms:SigningAlgorithm hold a role to signing digests?',
    documents: 'Condition keys of Sign and Verify.',
    asked: 'A digest, a raw message, and a digest under another algorithm, by the packaged statement of archive-audit.',
    expected: 'digest: allowed · raw: denied · another algorithm: denied',
    means: 'Otherwise the role signs anything of 4 KB; digests are told apart by their form alone.',
    async ask(ground) {
      return told({
        digest: await outcomeInTime(ground, () => sign(ground, 'DIGEST')),
        raw: await outcomeOf(() => sign(ground, 'RAW')),
        'another algorithm': await outcomeOf(() => sign(ground, 'DIGEST', 'ECDSA_SHA_384')),
      });
    },
  },
];

function put({ archive }: Ground, Key: string, condition: { IfNoneMatch?: string } = { IfNoneMatch: '*' }) {
  const s3 = new S3Client({ ...archive.writer, maxAttempts: 1 });
  return s3.send(new PutObjectCommand({ Bucket: archive.bucket, Key, Body: '{}\n', ...condition }));
}

function sign({ archive }: Ground, MessageType: MessageType, algorithm: SigningAlgorithmSpec = 'ECDSA_SHA_256') {
  const kms = new KMSClient({ ...archive.writer, maxAttempts: 1 });
  const Message = createHash(algorithm === 'ECDSA_SHA_256' ? 'sha256' : 'sha384')
    .update('live')
    .digest();
  return kms.send(new SignCommand({ KeyId: archive.keyId, Message, MessageType, SigningAlgorithm: algorithm }));
}
