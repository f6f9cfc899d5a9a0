import { GenerateDataKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { errorName } from '../platform/store-error.ts';
import { type EnvelopeContext, kmsEncryptionContext } from './envelope.ts';
import { Secret } from './secret.ts';

/** A data key for one envelope: in clear for the moment of sealing, and wrapped for the ticket. */
export type DataKey = { readonly clear: Secret<Uint8Array>; readonly wrapped: Uint8Array };

export type DataKeyAnswer =
  | { readonly made: true; readonly key: DataKey }
  /** `permanent`: the key is disabled, gone or forbidden; trying again changes nothing. */
  | { readonly made: false; readonly permanent: boolean; readonly errorName: string };

export type MakeDataKey = (context: EnvelopeContext) => Promise<DataKeyAnswer>;

const PERMANENT: ReadonlySet<string> = new Set([
  'DisabledException',
  'NotFoundException',
  'KMSInvalidStateException',
  'InvalidKeyUsageException',
  'AccessDeniedException',
]);

/** Asks KMS for a 256-bit key under the context that the envelope is bound to. Never throws. */
export function makeDataKeySource({ kms, keyArn }: { readonly kms: KMSClient; readonly keyArn: string }): MakeDataKey {
  return async (context) => {
    try {
      const answer = await kms.send(
        new GenerateDataKeyCommand({
          KeyId: keyArn,
          KeySpec: 'AES_256',
          EncryptionContext: kmsEncryptionContext(context),
        }),
      );
      if (answer.Plaintext?.length !== 32 || answer.CiphertextBlob === undefined) {
        return { made: false, permanent: false, errorName: 'IncompleteAnswer' };
      }
      return { made: true, key: { clear: new Secret(answer.Plaintext), wrapped: answer.CiphertextBlob } };
    } catch (error) {
      const name = errorName(error);
      return { made: false, permanent: PERMANENT.has(name), errorName: name };
    }
  };
}
