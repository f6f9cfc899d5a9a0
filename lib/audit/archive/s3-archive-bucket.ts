import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { BrokerError } from '../../errors.ts';
import { errorName, storeError } from '../../platform/store-error.ts';
import type { ArchiveBucket } from './archive-bucket.ts';

export type S3ArchiveDependencies = {
  readonly s3: Pick<S3Client, 'send'>;
  readonly config: { readonly archiveBucket: string };
};

/**
 * The archive in S3. Each put requires that no object is there yet. The lock of each object is the bucket's default:
 * the writer cannot choose a shorter one. The role's policy ensures that the bucket belongs to our own account.
 */
export function makeS3ArchiveBucket({ s3, config }: S3ArchiveDependencies): ArchiveBucket {
  const ours = { Bucket: config.archiveBucket };

  async function read(key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ ...ours, Key: key }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (errorName(error) === 'NoSuchKey') return undefined;
      throw storeError(error, 'the archive could not be read');
    }
  }

  const list = async (input: Omit<ConstructorParameters<typeof ListObjectsV2Command>[0], 'Bucket'>) => {
    try {
      const page = await s3.send(new ListObjectsV2Command({ ...ours, ...input }));
      // A list that is cut short must not pass for the whole list.
      if (page.IsTruncated !== true || page.NextContinuationToken !== undefined) return page;
      throw new BrokerError('store.unavailable', 'the archive was listed in part');
    } catch (error) {
      throw storeError(error, 'the archive could not be listed');
    }
  };

  return {
    read,

    async putNew(key, bytes) {
      try {
        await s3.send(new PutObjectCommand({ ...ours, Key: key, Body: bytes, IfNoneMatch: '*' }));
        return 'put';
      } catch (error) {
        if (errorName(error) !== 'PreconditionFailed') throw storeError(error, 'the archive could not be written');
        const there = await read(key);
        return there !== undefined && Buffer.from(there).equals(bytes) ? 'there' : 'taken';
      }
    },

    async *keysAfter(prefix, after) {
      let token: string | undefined;
      do {
        const from = token === undefined ? { StartAfter: after } : { ContinuationToken: token };
        const page = await list({ Prefix: prefix, ...from });
        yield (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
        token = page.NextContinuationToken;
      } while (token !== undefined);
    },

    async foldersOf(prefix) {
      const folders: string[] = [];
      let token: string | undefined;
      do {
        const from = token === undefined ? {} : { ContinuationToken: token };
        const page = await list({ Prefix: prefix, Delimiter: '/', ...from });
        folders.push(...(page.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix])));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      return folders;
    },
  };
}
