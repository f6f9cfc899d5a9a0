import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { SignDigest } from '../../lib/audit/archive/digests/sign-digest.ts';
import { digestBytes } from '../../lib/audit/digest.ts';

export const DIGESTS_KEY_ARN = 'arn:aws:kms:eu-west-1:111111111111:key/digests';

/** Signs as KMS does, with a key of its own: `publicKey` checks it. */
export function digestSigner(): { readonly sign: SignDigest; readonly publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return {
    publicKey,
    sign: async (digest) => {
      const value = sign('sha256', digestBytes(digest), { key: privateKey, dsaEncoding: 'der' }).toString('base64');
      return { version: 1, digest, signature: { algorithm: 'ECDSA_SHA_256', keyId: DIGESTS_KEY_ARN, value } };
    },
  };
}
