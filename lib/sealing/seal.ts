import { createCipheriv } from 'node:crypto';
import { additionalData, type EnvelopeContent, type EnvelopeContext, type SealedEnvelope } from './envelope.ts';
import type { Secret } from './secret.ts';

const NONCE_BYTES = 12;

/**
 * Encrypts a session's credentials, and the settings that go with them, under a data key that is used once. Each
 * envelope has a data key of its own, so a nonce can never meet the same key twice.
 *
 * @param dataKey 32 bytes; the caller zeroes them afterwards.
 * @param randomBytes the source of the nonce.
 */
export function seal(content: Secret<EnvelopeContent>, { dataKey, context, randomBytes }: SealInput): SealedEnvelope {
  const iv = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey, iv);
  cipher.setAAD(additionalData(context));
  const plaintext = Buffer.from(JSON.stringify(content.reveal()));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  plaintext.fill(0);
  return {
    iv: Buffer.from(iv).toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

export type SealInput = {
  readonly dataKey: Uint8Array;
  readonly context: EnvelopeContext;
  readonly randomBytes: (length: number) => Uint8Array;
};
