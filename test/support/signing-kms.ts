import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { signDigest } from '../../local/kms/p256-ecdsa.ts';

export type SigningKms = {
  readonly client: Pick<KMSClient, 'send'>;
  readonly publicKeyOf: (keyArn: string) => KeyObject;
  /** How often it was asked for a signature. */
  readonly signatures: () => number;
  break(): void;
};

/** Keys on P-256 that sign what KMS would: a digest that is given, and nothing else. */
export function signingKms(): SigningKms {
  const pairs = new Map<string, ReturnType<typeof newPair>>();
  const pairOf = (keyArn = '') => {
    const pair = pairs.get(keyArn) ?? newPair();
    pairs.set(keyArn, pair);
    return pair;
  };
  let signatures = 0;
  let broken = false;
  const send = async (command: object): Promise<object> => {
    if (broken) throw Object.assign(new Error('key arn:aws:kms:… is disabled'), { name: 'DisabledException' });
    if (command instanceof GetPublicKeyCommand) {
      const { publicKey } = pairOf(command.input.KeyId);
      return { KeyId: command.input.KeyId, PublicKey: publicKey.export({ format: 'der', type: 'spki' }) };
    }
    if (!(command instanceof SignCommand)) throw new Error('this KMS signs and shows public keys');
    const { KeyId, Message, MessageType, SigningAlgorithm } = command.input;
    if (MessageType !== 'DIGEST' || SigningAlgorithm !== 'ECDSA_SHA_256' || Message?.length !== 32) {
      throw new Error('this KMS signs SHA-256 digests with ECDSA_SHA_256');
    }
    signatures += 1;
    return { KeyId, Signature: signDigest(pairOf(KeyId).privateKey, Message, (length) => randomBytes(length)) };
  };
  return {
    client: { send: send as KMSClient['send'] },
    publicKeyOf: (keyArn) => pairOf(keyArn).publicKey,
    signatures: () => signatures,
    break: () => {
      broken = true;
    },
  };
}

const newPair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
