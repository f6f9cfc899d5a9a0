import { createHash } from 'node:crypto';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { SigningKey } from '../questions/audit-api.ts';
import { readPublicKey } from './sign-receipts.ts';

/** The public halves of the keys that sign digests and receipts, to be published and compared with what was signed. */
export type SigningKeys = () => Promise<readonly SigningKey[]>;

export function makeSigningKeys({
  kms,
  config,
}: {
  readonly kms: Pick<KMSClient, 'send'>;
  readonly config: { readonly digestsKeyArn: string; readonly receiptsKeyArn: string };
}): SigningKeys {
  const read = async (use: SigningKey['use'], keyArn: string): Promise<SigningKey> => {
    const { keyId, der, publicKey } = await readPublicKey(keyArn, kms);
    return {
      use,
      keyId,
      publicKeyPem: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      fingerprint: createHash('sha256').update(der).digest('hex'),
    };
  };
  return () => Promise.all([read('digests', config.digestsKeyArn), read('receipts', config.receiptsKeyArn)]);
}
