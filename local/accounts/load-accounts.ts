import type { IdentityStore } from '../iam/identity-store.ts';
import type { BucketStore } from '../s3/bucket-store.ts';
import type { AccountsDocument, EmulatedAccount } from './accounts-document.ts';

export type AccountsTarget = {
  readonly store: Pick<IdentityStore, 'addAccount' | 'addPrincipal' | 'putRole'>;
  readonly buckets: Pick<BucketStore, 'addBucket' | 'putObject'>;
};

/** Puts the emulated accounts, their roles and buckets, and the broker's principals into the stack. */
export function loadAccounts(document: AccountsDocument, target: AccountsTarget): void {
  for (const account of document.accounts) {
    const { accountId, accessKeyId, secretAccessKey } = account;
    target.store.addAccount({ accountId, accessKeyId, secretAccessKey });
    for (const { path, name, trustPolicy, policy } of account.roles) {
      target.store.putRole({ accountId, path, name, trustPolicy, policies: { [name]: policy } });
    }
    loadBuckets(account, target.buckets);
  }
  for (const { arn, accessKeyId, secretAccessKey, policy } of document.principals) {
    target.store.addPrincipal({ arn, accessKeyId, secretAccessKey, ...(policy !== undefined && { policy }) });
  }
}

function loadBuckets({ accountId, buckets }: EmulatedAccount, store: AccountsTarget['buckets']): void {
  for (const { name, region, publicAccessBlock, encryption, objects } of buckets) {
    const bucket = store.addBucket({ name, accountId, region, encryption, isPublicAccessBlocked: publicAccessBlock });
    for (const { key, bytes } of objects) store.putObject(bucket, { key, bytes });
  }
}
