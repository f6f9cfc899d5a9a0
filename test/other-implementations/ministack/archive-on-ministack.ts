import { createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { AwsPlace } from './query-protocol.ts';

/** What archive-audit wrote, read by whoever audits. */
export type ArchiveOnMinistack = {
  /** Every object below this prefix, in the order of keys. */
  objects(prefix: string): Promise<readonly Uint8Array[]>;
  /** The public half of the key that signs digests. */
  publicKey(keyId: string): Promise<KeyObject>;
};

export function archiveAt(place: AwsPlace, Bucket: string): ArchiveOnMinistack {
  const s3 = new S3Client({ ...place, forcePathStyle: true });
  const kms = new KMSClient(place);
  return {
    async objects(Prefix) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Promise.all(
        Contents.map(async ({ Key }) => {
          const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
          return (await Body?.transformToByteArray()) ?? new Uint8Array();
        }),
      );
    },
    async publicKey(KeyId) {
      const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      return createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
    },
  };
}
