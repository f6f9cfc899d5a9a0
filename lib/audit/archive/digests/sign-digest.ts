import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { BrokerError } from '../../../errors.ts';
import { errorName } from '../../../platform/store-error.ts';
import type { Digest } from '../../digest.ts';
import { messageDigest, type SignedDigest } from './signed-digest.ts';

/** Signs a digest. Throws `store.unavailable` where KMS gives no signature. */
export type SignDigest = (digest: Digest) => Promise<SignedDigest>;

export type SignDigestDependencies = {
  readonly kms: Pick<KMSClient, 'send'>;
  readonly config: { readonly digestsKeyArn: string };
};

/** Signs with a key that never leaves KMS: an intruder in the function can sign while inside it, and not afterwards. */
export function makeSignDigest({ kms, config }: SignDigestDependencies): SignDigest {
  return async (digest) => {
    const command = new SignCommand({
      KeyId: config.digestsKeyArn,
      Message: messageDigest(digest),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    const { KeyId: keyId, Signature: value } = await kms.send(command).catch((error: unknown) => {
      throw new BrokerError('store.unavailable', `a digest could not be signed: ${errorName(error)}`);
    });
    if (keyId === undefined || value === undefined) {
      throw new BrokerError('store.unavailable', 'KMS answered without a signature');
    }
    return {
      version: 1,
      digest,
      signature: { algorithm: 'ECDSA_SHA_256', keyId, value: Buffer.from(value).toString('base64') },
    };
  };
}
