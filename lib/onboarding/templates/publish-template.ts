import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { PublishedTemplate } from './published-template.ts';

/**
 * Puts a template where quick-create links open it, and never over another one. Throws when S3 does not take it, and
 * when what lies there already is not the same to the letter: somebody changed what customers are given.
 */
export async function publishTemplate(
  { bucket, key, text }: PublishedTemplate,
  s3: Pick<S3Client, 'send'>,
): Promise<'published' | 'was there'> {
  try {
    await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'application/yaml', IfNoneMatch: '*' }),
    );
    return 'published';
  } catch (error) {
    // Source: S3 User Guide, "How to prevent object overwrites with conditional writes": 412, or 409 while another writes.
    const isThere = error instanceof Error && ['PreconditionFailed', 'ConditionalRequestConflict'].includes(error.name);
    if (!isThere) throw error;
  }
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if ((await Body?.transformToString()) === text) return 'was there';
  throw new Error(
    `s3://${bucket}/${key} does not hold the text that its name is the SHA-256 of: somebody changed a template that ` +
      'customers may have. Find out who wrote to the bucket, and tell the customers who used the link.',
  );
}
