import { DeleteObjectsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';

/** Deletes every version of every object of a bucket. Throws where one cannot be deleted; a bucket that is gone is empty. */
export async function emptyBucket(s3: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket })).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'NoSuchBucket') return undefined;
      throw error;
    });
    const versions = [...(page?.Versions ?? []), ...(page?.DeleteMarkers ?? [])];
    if (versions.length === 0) return;
    const Objects = versions.map(({ Key, VersionId }) => ({ Key, VersionId }));
    const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }));
    const [error] = Errors ?? [];
    if (error !== undefined) throw new Error(`${bucket}/${error.Key} cannot be deleted: ${error.Message}`);
  }
}
