import type { PolicyDocument } from '../iam/policy-document.ts';

/** A bucket of an emulated account or of the deployment. Names are unique over all accounts, as in S3. */
export type Bucket = {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAtMs: number;
  /** Whether all four settings are on; otherwise there is no configuration at all. */
  readonly isPublicAccessBlocked: boolean;
  readonly encryption: BucketEncryption;
  readonly policy?: PolicyDocument;
  /** How long every object is kept from the moment it was put; absent without a default retention. */
  readonly retention?: Retention;
  readonly objects: Map<string, StoredObject>;
};

export type BucketEncryption = 'AES256' | 'aws:kms';

export type Retention = { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number };

export type StoredObject = {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** The MD5 in quoted hexadecimal, as S3 makes it for objects put in one part. */
  readonly eTag: string;
  readonly lastModifiedMs: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly lock?: { readonly mode: Retention['mode']; readonly retainUntilMs: number };
};
