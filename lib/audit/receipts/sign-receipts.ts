import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { BrokerError } from '../../errors.ts';
import { errorName } from '../../platform/store-error.ts';

/**
 * Signs with an asymmetric KMS key: ECDSA on P-256 with SHA-256 (DER). KMS receives the hash of the bytes, because it
 * accepts a message of at most 4,096 bytes. Source: KMS API Reference, Sign.
 */
export type Signer = {
  sign(bytes: Uint8Array): Promise<Signature>;
  /** Tells whether this key signed these bytes. The public half verifies that, without KMS. */
  holds(bytes: Uint8Array, signature: string): Promise<boolean>;
};

export type Signature = { readonly algorithm: 'ECDSA_SHA_256'; readonly keyId: string; readonly value: string };

export type SignerDependencies = {
  readonly kms: Pick<KMSClient, 'send'>;
  readonly config: { readonly keyArn: string };
};

export function makeSigner({ kms, config: { keyArn } }: SignerDependencies): Signer {
  let known: Promise<KeyObject> | undefined;
  return {
    async sign(bytes) {
      const wanted = new SignCommand({
        KeyId: keyArn,
        Message: createHash('sha256').update(bytes).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      const { Signature: value, KeyId: keyId = keyArn } = await answered(() => kms.send(wanted));
      if (value === undefined) throw new BrokerError('audit.notSigned', 'KMS answered without a signature');
      return { algorithm: 'ECDSA_SHA_256', keyId, value: Buffer.from(value).toString('base64') };
    },

    async holds(bytes, signature) {
      known ??= readPublicKey(keyArn, kms).then(({ publicKey }) => publicKey);
      const publicKey = await known.catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return verify('sha256', bytes, { key: publicKey, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'));
    },
  };
}

/** The public half of a key and its DER form (SubjectPublicKeyInfo). */
export async function readPublicKey(keyArn: string, kms: Pick<KMSClient, 'send'>) {
  const { PublicKey: der, KeyId: keyId = keyArn } = await answered(() => {
    return kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
  });
  if (der === undefined) throw new BrokerError('audit.notSigned', 'KMS answered without a public key');
  const bytes = Buffer.from(der);
  return { keyId, der: bytes, publicKey: createPublicKey({ key: bytes, format: 'der', type: 'spki' }) };
}

async function answered<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw new BrokerError('audit.notSigned', `KMS did not answer for the key: ${errorName(error)}`);
  }
}
