import { DecryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import * as v from 'valibot';
import { BrokerError } from '../errors.ts';
import { errorName } from '../platform/store-error.ts';
import { type EnvelopeContent, kmsEncryptionContext } from '../sealing/envelope.ts';
import type { Secret } from '../sealing/secret.ts';
import { unseal } from '../sealing/unseal.ts';
import { envelopeContextOf, type JobPayload } from './job-payload.ts';

const removedSchema = v.object({
  ticket: v.object({ wrappedKey: v.instance(Uint8Array), attempt: v.number(), usableUntilMs: v.number() }),
});

/**
 * The errors of KMS that mean a wrong envelope. Every other one is about KMS itself, the state of its key or the
 * network.
 */
const NOT_THIS_ENVELOPE: ReadonlySet<string> = new Set([
  'InvalidCiphertextException',
  'IncorrectKeyException',
  'AccessDeniedException',
  'ValidationException',
]);

export type OpenEnvelope = (payload: JobPayload, removed: unknown) => Promise<Secret<EnvelopeContent>>;

/**
 * Opens the envelope of the payload with the key of the ticket that the claim removed. The data key is zeroed before
 * this returns, whatever happens.
 *
 * @throws envelope.invalid when key, context and envelope do not belong together (always with the same message);
 *   seal.failed when KMS could not be asked; store.itemInvalid when the row held no ticket.
 */
export function makeOpenEnvelope({ kms, config }: OpenEnvelopeDependencies): OpenEnvelope {
  return async (payload, removed) => {
    const read = v.safeParse(removedSchema, removed);
    if (!read.success) throw new BrokerError('store.itemInvalid', 'the issuance held no ticket of the right shape');
    const context = envelopeContextOf(payload);
    const dataKey = await decrypt(read.output.ticket.wrappedKey);
    try {
      return unseal({ sealed: payload.sealed, dataKey, context });
    } finally {
      dataKey.fill(0);
    }

    async function decrypt(wrappedKey: Uint8Array): Promise<Uint8Array> {
      try {
        const command = new DecryptCommand({
          CiphertextBlob: wrappedKey,
          EncryptionContext: kmsEncryptionContext(context),
          // Without the key's name KMS would take whichever key the ciphertext names.
          KeyId: config.envelopeKeyArn,
        });
        const { Plaintext } = await kms.send(command);
        if (Plaintext === undefined) throw new Error('no plaintext');
        return Plaintext;
      } catch (error) {
        const name = errorName(error);
        if (NOT_THIS_ENVELOPE.has(name)) throw new BrokerError('envelope.invalid', 'the envelope could not be opened');
        throw new BrokerError('seal.failed', `the data key could not be had from KMS: ${name}`);
      }
    }
  };
}

export type OpenEnvelopeDependencies = {
  readonly kms: Pick<KMSClient, 'send'>;
  readonly config: { readonly envelopeKeyArn: string };
};
